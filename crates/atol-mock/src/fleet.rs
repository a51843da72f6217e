//! The registers that the stand-in knows: made ones, given ones, broken ones.

mod dice;
mod made;
mod organisation;
mod register;
mod state;
mod trouble;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use atol_model::Kkt;
use jiff::Timestamp;

use made::MadeFleet;
pub use trouble::Trouble;

/// The registers behind a [`MockAtol`](crate::MockAtol).
///
/// ```
/// use atol_mock::{Fleet, Trouble};
///
/// let now = "2025-06-02T12:00:00Z".parse()?;
/// let fleet = Fleet::generate(42, 100, now);
///
/// assert_eq!(fleet.len(), 100);
/// assert_eq!(fleet.kkts(), Fleet::generate(42, 100, now).kkts());
/// let expired = &fleet.serials_with(Trouble::StorageExpired)[0];
/// let kkt = fleet.kkt(expired).expect("it is in the fleet");
/// assert!(kkt.fiscal_storage_expiration.expect("it has a ФН").timestamp() < now);
/// # Ok::<(), jiff::Error>(())
/// ```
///
/// A fleet may hold made registers, given ones and raw texts; the service answers them in this order, each kind in the
/// order it came in.
#[derive(Clone, Default)]
pub struct Fleet {
    made: Option<MadeFleet>,
    given: Vec<Given>,
    positions: OnceLock<HashMap<String, usize>>,
}

/// A register as its owner wrote it.
#[derive(Clone, Debug)]
struct Given {
    serial: Option<String>,
    json: String,
}

impl Fleet {
    /// A fleet without registers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a fleet: the same for the same arguments, on every machine.
    ///
    /// Serial numbers, ИНН, РНМ, ФН numbers and groups follow from `seed` alone; `now` is what the dates are relative
    /// to. Serials look like ATOL's, checksums are right, addresses are in Russian cities. Most registers are well; about
    /// one in eight is in [`Trouble`]. With 20 registers or more there is every trouble at least once, several ИНН and
    /// groups, a register with `null` members and one with a member that no document mentions.
    ///
    /// The fleet stands still at `now` until it is told to go on by [`evolving`](Self::evolving). A million of registers
    /// takes no time to make: each is worked out when somebody asks for it.
    pub fn generate(seed: u64, size: usize, now: Timestamp) -> Self {
        Self { made: Some(MadeFleet::new(seed, size, now)), ..Self::default() }
    }

    /// Lets a made fleet live: its state follows the clock of the stand-in.
    ///
    /// ```
    /// use atol_mock::Fleet;
    ///
    /// let noon = "2025-06-02T12:00:00Z".parse()?;
    /// let midnight = "2025-06-02T23:00:00Z".parse()?;
    /// let fleet = Fleet::generate(42, 100, noon).evolving();
    ///
    /// let open = |kkts: &[atol_model::Kkt]| kkts.iter().filter(|kkt| kkt.is_shift_opened == Some(true)).count();
    /// assert!(open(&fleet.kkts_at(noon)) > open(&fleet.kkts_at(midnight)));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    ///
    /// Shifts open and close with the shop, documents grow, links break for minutes or hours and heal, unsent documents
    /// age and stop the ФН after 30 days, a ФН is replaced shortly before it expires or when it is full. Troubles of
    /// `now` pass in the hours and days after it. The state is a function of the seed and the time alone, so it does not
    /// matter when, in which order or how often it is looked at.
    #[must_use]
    pub fn evolving(mut self) -> Self {
        if let Some(made) = &mut self.made {
            made.evolve();
        }
        self
    }

    /// A fleet of these registers.
    ///
    /// ```
    /// use atol_mock::Fleet;
    /// use atol_model::Kkt;
    ///
    /// let fleet = Fleet::from_kkts([Kkt::builder("00107703864827").unsent_docs(3).build()]);
    /// assert_eq!(fleet.serials(), ["00107703864827"]);
    /// ```
    pub fn from_kkts(kkts: impl IntoIterator<Item = Kkt>) -> Self {
        let mut fleet = Self::new();
        fleet.extend(kkts);
        fleet
    }

    /// Adds a register.
    pub fn push(&mut self, kkt: &Kkt) {
        self.add(Given { serial: Some(kkt.serial_number.clone()), json: kkt.to_json() });
    }

    /// Adds an element of the list as text, to be answered as it stands: broken records, or no JSON at all.
    ///
    /// ```
    /// use atol_mock::Fleet;
    ///
    /// let mut fleet = Fleet::new();
    /// fleet.push_raw(r#"{"serialNumber": "00107703864827", "signedDocuments": "many"}"#);
    /// fleet.push_raw("null");
    /// assert_eq!(fleet.len(), 2);
    /// assert_eq!(fleet.serials(), ["00107703864827"]);
    /// ```
    ///
    /// It can be asked for by its serial when the text is a JSON object with a string under `serialNumber`.
    pub fn push_raw(&mut self, json: impl Into<String>) {
        let json = json.into();
        let value: Option<serde_json::Value> = serde_json::from_str(&json).ok();
        let serial = value.as_ref().and_then(|value| value.get("serialNumber")?.as_str()).map(str::to_owned);
        self.add(Given { serial, json });
    }

    fn add(&mut self, given: Given) {
        self.given.push(given);
        self.positions = OnceLock::new();
    }

    /// How many elements a full list has.
    pub fn len(&self) -> usize {
        self.made_len() + self.given.len()
    }

    /// Whether a full list is `[]`.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The serial numbers in the order of the list; elements without one are left out.
    pub fn serials(&self) -> Vec<String> {
        (0..self.len()).filter_map(|position| self.serial(position)).collect()
    }

    /// The serial numbers of the made registers that are in this trouble at the fleet's `now`.
    pub fn serials_with(&self, trouble: Trouble) -> Vec<String> {
        self.made.as_ref().map_or_else(Vec::new, |made| made.serials_with(trouble))
    }

    /// The registers as they are at the fleet's `now`; raw elements that are no Kkt are left out.
    pub fn kkts(&self) -> Vec<Kkt> {
        self.kkts_at(self.now())
    }

    /// The registers as they are at that time, which makes a difference if the fleet is [`evolving`](Self::evolving).
    pub fn kkts_at(&self, time: Timestamp) -> Vec<Kkt> {
        (0..self.len()).filter_map(|position| self.kkt_in(position, time)).collect()
    }

    /// The register with this serial number as it is at the fleet's `now`.
    pub fn kkt(&self, serial: &str) -> Option<Kkt> {
        self.kkt_at(serial, self.now())
    }

    /// The register with this serial number as it is at that time.
    pub fn kkt_at(&self, serial: &str, time: Timestamp) -> Option<Kkt> {
        self.kkt_in(self.position(serial)?, time)
    }

    /// Writes the elements in this range as they stand in a list: with commas between them and no brackets.
    pub(crate) fn write_elements(&self, range: Range<usize>, time: Timestamp, out: &mut Vec<u8>) {
        let made_len = self.made_len();
        let made = range.start.min(made_len)..range.end.min(made_len);
        let mut first = made.is_empty();
        if let Some(fleet) = &self.made
            && !first
        {
            fleet.write_elements(made, time, out);
        }
        let given = range.start.saturating_sub(made_len)..range.end.saturating_sub(made_len);
        for given in self.given.get(given).unwrap_or_default() {
            if !first {
                out.push(b',');
            }
            first = false;
            out.extend_from_slice(given.json.as_bytes());
        }
    }

    /// The element that answers for this serial number.
    pub(crate) fn position(&self, serial: &str) -> Option<usize> {
        let positions = self.positions.get_or_init(|| {
            let mut positions = HashMap::with_capacity(self.len());
            for position in 0..self.len() {
                if let Some(serial) = self.serial(position) {
                    positions.entry(serial).or_insert(position);
                }
            }
            positions
        });
        positions.get(serial).copied()
    }

    /// The serial number of an element.
    pub(crate) fn serial(&self, position: usize) -> Option<String> {
        match position.checked_sub(self.made_len()) {
            Some(position) => self.given.get(position)?.serial.clone(),
            None => Some(self.made.as_ref()?.serial(position)),
        }
    }

    fn kkt_in(&self, position: usize, time: Timestamp) -> Option<Kkt> {
        match position.checked_sub(self.made_len()) {
            Some(position) => Kkt::from_json(self.given.get(position)?.json.as_bytes()).ok(),
            None => Some(self.made.as_ref()?.kkt(position, time)),
        }
    }

    fn made_len(&self) -> usize {
        self.made.as_ref().map_or(0, MadeFleet::len)
    }

    /// Given registers are the same at all times.
    fn now(&self) -> Timestamp {
        self.made.as_ref().map_or(Timestamp::UNIX_EPOCH, MadeFleet::now)
    }
}

impl Extend<Kkt> for Fleet {
    fn extend<I: IntoIterator<Item = Kkt>>(&mut self, kkts: I) {
        for kkt in kkts {
            self.push(&kkt);
        }
    }
}

impl FromIterator<Kkt> for Fleet {
    fn from_iter<I: IntoIterator<Item = Kkt>>(kkts: I) -> Self {
        Self::from_kkts(kkts)
    }
}

/// How the fleet was made, not the registers: there may be a million of them.
impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet")
            .field("made", &self.made)
            .field("given", &self.given.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use atol_model::{KktList, NetworkErrorCode, inn, registration_number};
    use jiff::SignedDuration;

    use super::*;

    fn noon() -> Timestamp {
        "2025-06-02T09:00:00Z".parse().unwrap()
    }

    fn later(hours: i64) -> Timestamp {
        noon() + SignedDuration::from_hours(hours)
    }

    fn list(fleet: &Fleet, range: Range<usize>) -> String {
        let mut out = b"[".to_vec();
        fleet.write_elements(range, noon(), &mut out);
        out.push(b']');
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn identifiers_have_their_forms_and_right_checksums() {
        let mut inn_lengths = BTreeSet::new();
        for kkt in Fleet::generate(3, 500, noon()).kkts() {
            let serial = &kkt.serial_number;
            assert!(serial.len() == 14 && serial.starts_with("0010"), "{serial}");
            let taxpayer = kkt.fiscal_storage_inn.unwrap();
            assert!(inn::is_valid(&taxpayer), "{taxpayer}");
            inn_lengths.insert(taxpayer.len());
            let storage = kkt.fiscal_storage_serial_number.unwrap();
            assert!(storage.len() == 16 && storage.starts_with("928"), "{storage}");
            if let Some(number) = kkt.registration_number {
                assert!(registration_number::is_valid(&number, &taxpayer, serial), "{number}");
            }
        }
        assert_eq!(inn_lengths, [10, 12].into());
    }

    #[test]
    fn no_two_registers_share_a_number() {
        let kkts = Fleet::generate(3, 5_000, noon()).kkts();
        let serials: BTreeSet<_> = kkts.iter().map(|kkt| &kkt.serial_number).collect();
        let storages: BTreeSet<_> = kkts.iter().map(|kkt| &kkt.fiscal_storage_serial_number).collect();
        let devices: BTreeSet<_> = kkts.iter().map(|kkt| &kkt.device_number).collect();
        assert_eq!([serials.len(), storages.len(), devices.len()], [5_000; 3]);
    }

    #[test]
    fn the_seed_decides_and_a_larger_fleet_is_another_one() {
        let fleet = Fleet::generate(1, 30, noon());
        assert_eq!(fleet.kkts(), Fleet::generate(1, 30, noon()).kkts());
        assert_ne!(fleet.serials(), Fleet::generate(2, 30, noon()).serials());
        assert_eq!(fleet.serials(), Fleet::generate(1, 60, noon()).serials()[..30]);
    }

    #[test]
    fn twenty_registers_show_every_trouble_and_most_of_them_none() {
        for seed in 0..50 {
            let fleet = Fleet::generate(seed, 20, noon());
            for &trouble in Trouble::ALL {
                assert_eq!(fleet.serials_with(trouble).len(), 1, "{trouble:?} with seed {seed}");
            }
            assert!(Trouble::ALL.len() * 2 < fleet.len());
            let kkts = fleet.kkts();
            assert!(kkts.iter().any(|kkt| kkt.registration_number.is_none()), "nulls with seed {seed}");
            assert!(kkts.iter().any(|kkt| !kkt.extra.is_empty()), "an extra member with seed {seed}");
            let groups: BTreeSet<_> = kkts.iter().filter_map(|kkt| kkt.group_code.as_ref()).collect();
            let taxpayers: BTreeSet<_> = kkts.iter().map(|kkt| &kkt.fiscal_storage_inn).collect();
            assert!(groups.len() > 1 && taxpayers.len() > 1, "seed {seed}");
        }
    }

    #[test]
    fn each_trouble_is_what_it_is_called() {
        let now = noon();
        let fleet = Fleet::generate(11, 3_000, now);
        for &trouble in Trouble::ALL {
            for serial in fleet.serials_with(trouble) {
                let kkt = fleet.kkt(&serial).unwrap();
                let days_left =
                    kkt.fiscal_storage_expiration.unwrap().timestamp().duration_since(now).as_secs_f64()
                        / 86_400.0;
                let filled = kkt.fiscal_storage_percentage_use.unwrap();
                let unsent_days = kkt
                    .first_unsent_doc_timestamp
                    .map(|first| now.duration_since(first.timestamp()).as_secs_f64() / 86_400.0);
                let holds = match trouble {
                    Trouble::StorageExpiring => (1.0..26.0).contains(&days_left),
                    Trouble::StorageExpired => (-5.0..0.0).contains(&days_left),
                    Trouble::StorageFilling => (80.0..95.0).contains(&filled),
                    Trouble::StorageFull => (99.0..100.0).contains(&filled),
                    Trouble::LinkDown => {
                        kkt.network_error_code.unwrap().is_error()
                            && kkt.unsent_docs > Some(0)
                            && unsent_days < Some(0.3)
                    }
                    Trouble::UnsentOld => unsent_days > Some(29.0) && unsent_days < Some(30.0),
                    Trouble::UnsentBlocked => unsent_days > Some(31.0) && unsent_days < Some(32.0),
                    Trouble::Stale => now.duration_since(kkt.timestamp.unwrap().timestamp()).as_hours() >= 5,
                    Trouble::ShiftStuck => kkt.is_shift_opened == Some(true),
                };
                assert!(holds, "{trouble:?}: {kkt}");
            }
        }
    }

    #[test]
    fn the_others_are_well() {
        let now = noon();
        let fleet = Fleet::generate(11, 3_000, now);
        let troubled: BTreeSet<_> =
            Trouble::ALL.iter().flat_map(|&trouble| fleet.serials_with(trouble)).collect();
        for kkt in fleet.kkts().iter().filter(|kkt| !troubled.contains(&kkt.serial_number)) {
            assert_eq!(kkt.network_error_code, Some(NetworkErrorCode::NoError), "{kkt}");
            assert_eq!(kkt.unsent_docs, None, "{kkt}");
            assert!(kkt.fiscal_storage_percentage_use < Some(80.0), "{kkt}");
            assert!(kkt.fiscal_storage_expiration.unwrap().timestamp() > later(24 * 30), "{kkt}");
            assert!(now.duration_since(kkt.timestamp.unwrap().timestamp()).as_secs() <= 60, "{kkt}");
        }
    }

    #[test]
    fn pages_put_together_are_the_whole_list() {
        let fleet = Fleet::generate(5, 23, noon());
        for fleet in [fleet.clone(), fleet.evolving()] {
            let whole = list(&fleet, 0..23);
            assert_eq!(KktList::from_json(whole.as_bytes()).unwrap().to_string(), whole);
            let pages = [list(&fleet, 0..10), list(&fleet, 10..20), list(&fleet, 20..23)];
            assert_eq!(pages.join("").replace("][", ","), whole);
            assert_eq!(list(&fleet, 23..23), "[]");
        }
    }

    #[test]
    fn made_and_given_registers_stand_in_one_list() {
        let mut fleet = Fleet::generate(5, 2, noon());
        let serials = fleet.serials();
        fleet.push_raw(r#"{"serialNumber":"broken"}"#);
        fleet.push_raw("nonsense");
        fleet.push(&Kkt::builder("given").build());
        assert_eq!(fleet.serials(), [serials[0].as_str(), serials[1].as_str(), "broken", "given"]);
        assert_eq!(list(&fleet, 2..4), r#"[{"serialNumber":"broken"},nonsense]"#);
        assert!(list(&fleet, 1..3).ends_with(r#"},{"serialNumber":"broken"}]"#));
        assert_eq!(fleet.position("given"), Some(4));
        assert_eq!(fleet.kkts().len(), 3);
    }

    #[test]
    fn a_fleet_stands_still_until_it_is_told_to_evolve() {
        let fleet = Fleet::generate(5, 20, noon());
        assert_eq!(fleet.kkts_at(later(7)), fleet.kkts());
        let evolving = fleet.clone().evolving();
        assert_eq!(evolving.kkts_at(noon()), fleet.kkts());
        assert_ne!(evolving.kkts_at(later(7)), fleet.kkts());
    }
}
