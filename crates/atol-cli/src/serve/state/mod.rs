//! What is known of each account: written by its poller, read by every request, and nobody waits for anybody.

mod fleet;
mod meter;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use atol_monitor::watch::FailureKind;
use jiff::Timestamp;

use crate::text::Text;

pub(crate) use fleet::{Fleet, Register};
pub(crate) use meter::{KINDS, Meter};

/// The accounts of this process.
#[derive(Debug)]
pub(crate) struct Store {
    accounts: Vec<Slot>,
}

/// The place of one account's state. The lock is held only to copy or put a pointer.
#[derive(Clone, Debug)]
pub(crate) struct Slot(Arc<RwLock<Arc<Account>>>);

/// An account at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// What it is called in the config file; the label `account`.
    pub(crate) name: Arc<str>,
    /// How often its registers are asked for.
    pub(crate) interval: Duration,
    pub(crate) meter: Meter,
    /// The last list that could be read; `None` before the first.
    pub(crate) fleet: Option<Arc<Fleet>>,
    /// How the last poll went; `None` before the end of the first.
    pub(crate) last_poll: Option<LastPoll>,
}

/// How a poll went.
#[derive(Clone, Debug)]
pub(crate) struct LastPoll {
    pub(crate) took: Duration,
    pub(crate) failure: Option<PollFailure>,
}

/// Why there is no fresh list.
#[derive(Clone, Debug)]
pub(crate) struct PollFailure {
    /// When the first of the polls failed that have failed since the last good one.
    pub(crate) since: Timestamp,
    /// How the last of them failed.
    pub(crate) kind: FailureKind,
    /// What went wrong then, why, and what to do.
    pub(crate) report: Text,
}

impl Account {
    pub(crate) fn new(name: &str, interval: Duration) -> Account {
        Account { name: name.into(), interval, meter: Meter::default(), fleet: None, last_poll: None }
    }

    /// Whether the last poll brought a list.
    pub(crate) fn is_up(&self) -> bool {
        self.last_poll.as_ref().is_some_and(|poll| poll.failure.is_none())
    }

    pub(crate) fn failure(&self) -> Option<&PollFailure> {
        self.last_poll.as_ref()?.failure.as_ref()
    }

    /// When the last list was read.
    pub(crate) fn last_success(&self) -> Option<Timestamp> {
        self.fleet.as_ref().map(|fleet| fleet.read_at())
    }

    fn registers(&self) -> impl Iterator<Item = Register<'_>> + Clone {
        self.fleet.iter().flat_map(|fleet| fleet.registers(&self.name))
    }
}

impl Slot {
    pub(crate) fn new(account: Account) -> Slot {
        Slot(Arc::new(RwLock::new(Arc::new(account))))
    }

    pub(crate) fn get(&self) -> Arc<Account> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, account: Account) {
        let account = Arc::new(account);
        let before = std::mem::replace(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner), account);
        // A fleet takes a while to be freed: after the lock.
        drop(before);
    }
}

impl Store {
    pub(crate) fn new(accounts: Vec<Slot>) -> Store {
        Store { accounts }
    }

    /// All accounts as they are now.
    pub(crate) fn view(&self) -> View {
        View::of(self.accounts.iter().map(Slot::get))
    }
}

/// All accounts at one moment.
#[derive(Clone, Debug)]
pub(crate) struct View(Vec<Arc<Account>>);

impl View {
    pub(crate) fn of(accounts: impl IntoIterator<Item = Arc<Account>>) -> View {
        View(accounts.into_iter().collect())
    }

    pub(crate) fn accounts(&self) -> impl ExactSizeIterator<Item = &Account> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// How many accounts there are of which the last poll brought no list, or none has yet.
    pub(crate) fn unread(&self) -> usize {
        self.accounts().filter(|account| !account.is_up()).count()
    }

    pub(crate) fn fleets(&self) -> impl Iterator<Item = (&Account, &Fleet)> {
        self.accounts().filter_map(|account| Some((account, account.fleet.as_deref()?)))
    }

    /// Every register of every account.
    pub(crate) fn registers(&self) -> impl Iterator<Item = Register<'_>> + Clone {
        self.0.iter().flat_map(|account| account.registers())
    }

    /// The register with this serial number; where accounts share one, that of the named account or the first.
    pub(crate) fn register(&self, serial: &str, account: Option<&str>) -> Option<Register<'_>> {
        self.registers().find(|register| {
            register.kkt.serial_number == serial && account.is_none_or(|name| register.account == name)
        })
    }

    /// The moment as of which everything shown is true: that of the account with the oldest list.
    pub(crate) fn as_of(&self) -> Option<Timestamp> {
        self.accounts().filter_map(Account::last_success).min()
    }
}
