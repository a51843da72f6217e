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
    /// Where in `given` each serial number stands, once somebody asked for one.
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

    /// The element that answers for this serial number: the first that has it.
    pub(crate) fn position(&self, serial: &str) -> Option<usize> {
        if let Some(position) = self.made.as_ref().and_then(|made| made.position(serial)) {
            return Some(position);
        }
        let positions = self.positions.get_or_init(|| {
            let mut positions = HashMap::with_capacity(self.given.len());
            for (position, given) in self.given.iter().enumerate() {
                if let Some(serial) = &given.serial {
                    positions.entry(serial.clone()).or_insert(position);
                }
            }
            positions
        });
        positions.get(serial).map(|position| self.made_len() + position)
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
mod tests;
