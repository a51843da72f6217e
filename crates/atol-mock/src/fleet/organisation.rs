//! Who the registers belong to: organisations with their ИНН, home city and groups.

use atol_model::inn;

use super::dice::{Dice, Purpose};

/// A city where registers stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct City {
    name: &'static str,
    /// The first digits of the ИНН of those who are registered there.
    region: u64,
    /// Seconds that local time is ahead of UTC.
    pub(super) utc_offset: i64,
}

const fn city(name: &'static str, region: u64, hours: i64) -> City {
    City { name, region, utc_offset: hours * 3600 }
}

const CITIES: [City; 16] = [
    city("Москва", 77, 3),
    city("Санкт-Петербург", 78, 3),
    city("Казань", 16, 3),
    city("Нижний Новгород", 52, 3),
    city("Ростов-на-Дону", 61, 3),
    city("Воронеж", 36, 3),
    city("Краснодар", 23, 3),
    city("Калининград", 39, 2),
    city("Самара", 63, 4),
    city("Екатеринбург", 66, 5),
    city("Пермь", 59, 5),
    city("Уфа", 2, 5),
    city("Новосибирск", 54, 7),
    city("Иркутск", 38, 8),
    city("Хабаровск", 27, 10),
    city("Владивосток", 25, 10),
];

const STREETS: [&str; 12] = [
    "ул. Ленина",
    "ул. Гагарина",
    "ул. Советская",
    "ул. Садовая",
    "ул. Пушкина",
    "ул. Вокзальная",
    "ул. Лётчика Бабушкина",
    "пр-т Мира",
    "пр-т Победы",
    "Набережная ул.",
    "ш. Космонавтов",
    "пер. Тихий",
];

const NAMES: [&str; 12] = [
    "apteka-ryadom",
    "detki",
    "dom-uyut",
    "knigi-online",
    "sad-ogorod",
    "sever-market",
    "sport-line",
    "tehno-plus",
    "tsvety",
    "vkusno-doma",
    "vse-dlya-ofisa",
    "zoo-mir",
];

/// An owner of registers.
#[derive(Clone, Debug)]
pub(super) struct Organisation {
    pub(super) inn: String,
    name: &'static str,
    home: City,
    first_group: u64,
    groups: u64,
}

impl Organisation {
    pub(super) fn new(seed: u64, ordinal: u64) -> Self {
        let mut dice = Dice::new(seed, Purpose::Organisation, ordinal);
        let home = dice.pick(&CITIES);
        // The second one is always a person, so that a small fleet too has both kinds of ИНН.
        let inn = if ordinal == 1 || dice.percent(30) {
            format!("{:02}{:08}", home.region, dice.below(100_000_000))
        } else {
            format!("{:02}{:07}", home.region, dice.below(10_000_000))
        };
        // Nine digits make the ИНН of an organisation, ten that of a person.
        let inn = inn::complete(&inn).unwrap_or(inn);
        Self {
            inn,
            name: dice.pick(&NAMES),
            home,
            first_group: 4_000 + dice.below(90_000),
            groups: 1 + dice.below(3),
        }
    }

    /// The code of one of its groups.
    pub(super) fn group_code(&self, dice: &mut Dice) -> String {
        let number = self.first_group + dice.below(self.groups);
        format!("{}-ru_{number}", self.name)
    }

    /// Where one of its registers stands: mostly at home.
    pub(super) fn city(&self, dice: &mut Dice) -> City {
        if dice.percent(70) { self.home } else { dice.pick(&CITIES) }
    }

    /// The place of settlement: an address, or the site of a shop that has none.
    pub(super) fn payment_address(&self, city: City, dice: &mut Dice) -> String {
        if dice.percent(15) {
            return format!("https://{}.example", self.name);
        }
        let (street, house) = (dice.pick(&STREETS), 1 + dice.below(150));
        format!("г. {}, {street}, д. {house}", city.name)
    }
}
