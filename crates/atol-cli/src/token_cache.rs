//! Where commands hand their token on to the next, and a word to the person when that cannot be.

use std::sync::atomic::{AtomicBool, Ordering};

use atol_transport::BoxError;
use atol_transport::token::{FileTokenStore, Refusals, StoreLock, StoredToken, TokenKey, TokenStore};

use crate::connection::Look;
use crate::console::Console;
use crate::failure::Failure;
use crate::text::text;

/// The store in files. What it cannot keep is told once: the call goes on, but the next command has to log in again.
#[derive(Debug)]
pub(crate) struct TokenCache {
    store: FileTokenStore,
    console: Console,
    is_told: AtomicBool,
}

impl TokenCache {
    pub(crate) fn new(store: FileTokenStore, console: Console) -> TokenCache {
        TokenCache { store, console, is_told: AtomicBool::new(false) }
    }

    /// Whoever looks once has nothing to do besides until the token is there, and a thread takes longer to start than a file
    /// to read. Whoever stays must not stand still with a home directory that hangs.
    pub(crate) fn suited_to(self, look: Look) -> TokenCache {
        match look {
            Look::Once => TokenCache { store: self.store.in_place(), ..self },
            Look::Lasting => self,
        }
    }

    /// What cannot be read cannot be kept either: refusals are added to those that are there.
    fn tell<T>(&self, kept: Result<T, BoxError>) -> Result<T, BoxError> {
        if let Err(error) = &kept
            && !self.is_told.swap(true, Ordering::Relaxed)
        {
            self.console.failure(&self.cannot_keep(error));
        }
        kept
    }

    fn cannot_keep(&self, error: &BoxError) -> Failure {
        let directory = self.store.directory().display();
        Failure::failed(text!(
            "the token cannot be kept in {directory}, so each command logs in anew, with no pause after refused logins: \
             {error}",
            "токен нельзя сохранить в {directory}, поэтому каждая команда входит заново, и после отказов во входе паузы не \
             будет: {error}"
        ))
        .with_advice(text!(
            "make that directory writable, name another with XDG_CACHE_HOME, or do without: --no-token-cache",
            "разрешите запись в этот каталог, укажите другой в XDG_CACHE_HOME или откажитесь от него: --no-token-cache"
        ))
    }
}

impl TokenStore for TokenCache {
    fn load(&self, key: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        self.tell(self.store.load(key))
    }

    fn save(&self, key: &TokenKey, token: &StoredToken) -> Result<(), BoxError> {
        self.tell(self.store.save(key, token))
    }

    fn remove(&self, key: &TokenKey) -> Result<(), BoxError> {
        self.tell(self.store.remove(key))
    }

    fn refusals(&self, key: &TokenKey) -> Result<Option<Refusals>, BoxError> {
        self.tell(self.store.refusals(key))
    }

    fn set_refusals(&self, key: &TokenKey, refusals: Option<&Refusals>) -> Result<(), BoxError> {
        self.tell(self.store.set_refusals(key, refusals))
    }

    fn try_lock(&self, key: &TokenKey) -> Result<Option<StoreLock>, BoxError> {
        // Untold: without a lock the token is kept all the same.
        self.store.try_lock(key)
    }

    fn is_immediate(&self) -> bool {
        self.store.is_immediate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::Verbosity;
    use atol_monitor::Language;

    #[test]
    fn who_stays_does_not_wait_in_place() {
        let console = Console { language: Language::En, verbosity: Verbosity::Normal };
        let is_immediate = |look| {
            let store = FileTokenStore::in_directory("nowhere");
            TokenCache::new(store, console).suited_to(look).is_immediate()
        };
        assert!(is_immediate(Look::Once));
        assert!(!is_immediate(Look::Lasting));
    }
}
