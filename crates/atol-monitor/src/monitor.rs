//! The monitor: asks the service about registers.

use std::sync::Arc;

use atol_model::{Kkt, KktList, RejectedKkt};
use atol_transport::{Client, Credentials, Environment, LastResponse};

use crate::builder::KktMonitorBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::page::Page;
use crate::paging::{PAGE_SIZE, Pager, Verdict};
use crate::request;
use crate::serial_number::SerialNumber;

/// Tells the state of your cloud registers.
///
/// ```no_run
/// use atol_monitor::KktMonitor;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let monitor = KktMonitor::new()?; // the test environment, with the vendor's public credentials
/// for kkt in &monitor.get_all().await? {
///     println!("{} {:?}", kkt.serial_number, kkt.fiscal_storage_expiration);
/// }
/// # Ok(())
/// # }
/// ```
///
/// Cheap to clone; clones share connections, token and limits. It logs in by itself when it has to.
#[derive(Debug, Clone)]
pub struct KktMonitor {
    client: Client,
}

impl KktMonitor {
    /// The test environment, with the credentials that the vendor publishes for it.
    ///
    /// # Errors
    ///
    /// When the machine's TLS settings cannot be used.
    pub fn new() -> Result<KktMonitor> {
        KktMonitor::builder().build()
    }

    /// Starts with the test environment; see [`KktMonitorBuilder`] for what can be set.
    pub fn builder() -> KktMonitorBuilder {
        KktMonitorBuilder::new(Environment::Test, Credentials::test())
    }

    /// Uses a client of your own, with whatever layers it has.
    pub fn from_client(client: Client) -> KktMonitor {
        KktMonitor { client }
    }

    /// The client underneath.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// All registers, every page of them.
    ///
    /// # Errors
    ///
    /// When a page cannot be had or read, or when the list cannot be read to its end
    /// ([`ErrorKind::Incomplete`]). A broken record is no error: see [`KktList::rejected`].
    pub async fn get_all(&self) -> Result<KktList> {
        let mut pager = Pager::new(PAGE_SIZE);
        let mut all = Collected::default();
        while let Some(page) = pager.next() {
            let elements = Elements::of(self.page(page).await?);
            match pager.take(&elements.identities())? {
                Verdict::New(new) => all.add(elements, &new),
                Verdict::StartOver => all = Collected::default(),
            }
        }
        Ok(all.into_list())
    }

    /// One page of the list, as the service cuts it.
    ///
    /// # Errors
    ///
    /// When it cannot be had or read.
    pub async fn page(&self, page: Page) -> Result<KktList> {
        let response = self.client.send(request::list(page)).await?;
        Ok(KktList::from_json(response.value())?)
    }

    /// One register, by its serial number (with the leading zeros; spaces around it are taken off).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a text that is no serial number, before anything is sent;
    /// [`ErrorKind::WrongRegister`] when the service answers with another register; and when the answer cannot be
    /// had or read.
    pub async fn get_one(&self, serial_number: &str) -> Result<Kkt> {
        let serial: SerialNumber = serial_number.parse()?;
        let response = self.client.send(request::one(&serial)).await?;
        let kkt = Kkt::from_json(response.value())?;
        if kkt.serial_number == serial.as_str() {
            return Ok(kkt);
        }
        Err(Error::new(
            ErrorKind::WrongRegister,
            format!(
                "the service was asked for register {serial} and answered with {}",
                atol_transport::error::Excerpt::of(&kkt.serial_number, 40)
            ),
        ))
    }

    /// The last answer of the service as it came, whatever the other methods made of it.
    ///
    /// `None` before the first answer, and when the last request got none. With several calls at once it is the last
    /// of them to be answered.
    pub fn last_response(&self) -> Option<Arc<LastResponse>> {
        self.client.last_response()
    }

    /// Logs in now, if there is no valid token; the other methods do so by themselves.
    ///
    /// # Errors
    ///
    /// When the service refuses login and password, or cannot be reached.
    pub async fn authenticate(&self) -> Result<()> {
        Ok(self.client.authenticate().await?)
    }

    /// Whether there is a token that has not expired.
    pub fn token_is_cached(&self) -> bool {
        self.client.token_is_cached()
    }

    /// Forgets the token; the next call logs in again.
    pub fn forget_token(&self) {
        self.client.forget_token();
    }
}

/// The elements of one page in the order of the wire, good and bad.
struct Elements {
    registers: std::vec::IntoIter<Kkt>,
    rejected: std::vec::IntoIter<RejectedKkt>,
}

impl Elements {
    fn of(list: KktList) -> Elements {
        let (registers, rejected) = list.into_parts();
        Elements { registers: registers.into_iter(), rejected: rejected.into_iter() }
    }

    /// What tells each element from the others: the serial number, or the whole text where there is none.
    fn identities(&self) -> Vec<String> {
        let mut registers = self.registers.as_slice().iter();
        let mut rejected = self.rejected.as_slice().iter().peekable();
        let total = registers.len() + rejected.len();
        (0..total)
            .filter_map(|index| match rejected.next_if(|rejected| rejected.index == index) {
                Some(rejected) => {
                    Some(rejected.serial_number.clone().unwrap_or_else(|| rejected.raw.clone()))
                }
                None => registers.next().map(|kkt| kkt.serial_number.clone()),
            })
            .collect()
    }
}

/// What the pages have brought so far.
#[derive(Default)]
struct Collected {
    registers: Vec<Kkt>,
    rejected: Vec<RejectedKkt>,
}

impl Collected {
    /// Takes over the elements at the indices in `new`, which are in order.
    fn add(&mut self, mut elements: Elements, new: &[usize]) {
        let mut new = new.iter().copied().peekable();
        let mut rejected = elements.rejected.by_ref().peekable();
        for index in 0.. {
            let is_new = new.next_if_eq(&index).is_some();
            if let Some(mut record) = rejected.next_if(|rejected| rejected.index == index) {
                if is_new {
                    // Its place in the whole list, not in its page.
                    record.index = self.registers.len() + self.rejected.len();
                    self.rejected.push(record);
                }
            } else if let Some(kkt) = elements.registers.next() {
                if is_new {
                    self.registers.push(kkt);
                }
            } else {
                break;
            }
        }
    }

    fn into_list(self) -> KktList {
        KktList::new(self.registers, self.rejected)
    }
}
