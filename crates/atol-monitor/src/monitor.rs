//! The monitor: asks the service about registers.

use std::sync::Arc;

use atol_model::{Kkt, KktList};
use atol_transport::{Client, Credentials, Environment, LastResponse, Pacing};
use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, stream};

use crate::builder::KktMonitorBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::many::many;
use crate::page::Page;
use crate::pages::{Gathered, Pages};
use crate::registers::Registers;
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
    /// How many registers are asked for at once; more would only wait for the pacing, against the limit on a call.
    concurrency: usize,
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
    ///
    /// Its pacing is not known here: when it allows more or fewer requests at once than the default does, say so
    /// [too](Self::with_concurrency).
    pub fn from_client(client: Client) -> KktMonitor {
        KktMonitor { client, concurrency: Pacing::default().concurrency() }
    }

    /// Asks for so many registers at once in [`get_many`](Self::get_many) and in a watch of single registers, at least
    /// one; for a monitor made [from a client](Self::from_client).
    ///
    /// ```
    /// use atol_monitor::KktMonitor;
    /// use atol_transport::{Client, Credentials, Environment, Pacing};
    ///
    /// let pacing = Pacing::default().with_concurrency(2);
    /// let client = Client::builder(Environment::Test, Credentials::test()).pacing(pacing).build()?;
    /// let monitor = KktMonitor::from_client(client).with_concurrency(pacing.concurrency());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// More than the client's [`Pacing`] lets through would wait there, against the limit on their call.
    #[must_use]
    pub fn with_concurrency(mut self, registers: usize) -> KktMonitor {
        self.concurrency = registers.max(1);
        self
    }

    /// The client underneath.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// All registers, every page of them.
    ///
    /// What is in the list all the time comes exactly once and in order, however the service treats `limit` and `offset`:
    /// it may cut pages shorter, have pages behind the end, repeat itself, refuse. Registers that come or go meanwhile may
    /// be there or not.
    ///
    /// # What nobody could tell
    ///
    /// A service that ignores `limit` and `offset` alike and keeps registers back looks like one that has no more; so does
    /// one that hands out a single register and refuses to go on, or that twice in a row refuses what is not behind the
    /// end. Records without a serial number, and a register that
    /// stands twice, are told by their place: in a list that changes meanwhile, what stands between two of them may be
    /// missing.
    ///
    /// # Errors
    ///
    /// When a page cannot be had or read, or when the list cannot be read to its end
    /// ([`ErrorKind::Incomplete`]). A broken record is no error: see [`KktList::rejected`].
    pub async fn get_all(&self) -> Result<KktList> {
        let mut pages = Pages::new(self.clone());
        let mut all = Gathered::default();
        while let Some(read) = pages.read(&mut all).await {
            read?;
        }
        Ok(all.into_list())
    }

    /// All registers page by page, for those who want to go on with some while the others are still to come.
    ///
    /// ```
    /// use atol_monitor::KktMonitor;
    /// use futures_util::StreamExt;
    ///
    /// # async fn example(monitor: KktMonitor) -> Result<(), atol_monitor::Error> {
    /// let mut pages = monitor.pages();
    /// while let Some(page) = pages.next().await {
    ///     let page = page?;
    ///     println!("{} registers, {} broken records", page.len(), page.rejected().len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Each page is read whole, and asked for again when it breaks off. What one page repeats of another is left out, so
    /// that together they are what [`get_all`](Self::get_all) gives; an empty fleet has no page.
    ///
    /// # Errors
    ///
    /// Those of [`get_all`](Self::get_all), as the last item; without one, the list was complete.
    pub fn pages(&self) -> impl Stream<Item = Result<KktList>> + Send + Unpin + use<> {
        Box::pin(stream::unfold(Pages::new(self.clone()), async |mut pages| {
            Some((pages.next().await?, pages))
        }))
    }

    /// All registers, each as soon as it has arrived, in constant memory.
    ///
    /// ```
    /// use atol_monitor::KktMonitor;
    /// use futures_util::StreamExt;
    ///
    /// # async fn example(monitor: KktMonitor) -> Result<(), atol_monitor::Error> {
    /// let mut registers = monitor.stream();
    /// while let Some(register) = registers.next().await {
    ///     match register {
    ///         Ok(kkt) => println!("{}", kkt.serial_number),
    ///         Err(error) => match error.rejected() {
    ///             Some(record) => eprintln!("record {} is broken: {}", record.index, record.error),
    ///             None => return Err(error), // the list could not be read to its end
    ///         },
    ///     }
    /// }
    /// // Now the list was complete.
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// - The first register is there before the answer is, also when the service sends a million of them in one array.
    /// - A record that cannot be read is an `Err` with [`Error::rejected`], and the stream goes on. Any other error is
    ///   the last item; what came before it is good. A stream that ends without one has brought the whole list.
    /// - The promise is that of [`get_all`](Self::get_all). To keep it, the serial numbers of the first 100 000
    ///   registers are remembered, in a few bytes each. A list that is longer and changes while it is read may
    ///   end with [`ErrorKind::Incomplete`].
    /// - An answer that breaks off is not asked for again, since its registers were handed out; what
    ///   [`get_all`](Self::get_all) and [`pages`](Self::pages) repeat by themselves is an error here.
    /// - Dropping the stream cancels the request. While it is being read it takes one of the places of
    ///   [`Pacing::concurrency`](atol_transport::Pacing::concurrency), so a loop that makes requests of its own needs two.
    ///
    /// # Errors
    ///
    /// As [`get_all`](Self::get_all), as items; the broken records as well.
    pub fn stream(&self) -> impl Stream<Item = Result<Kkt>> + Send + Unpin + use<> {
        let registers = Registers::new(self.clone());
        let batches =
            stream::unfold(registers, async |mut registers| Some((registers.next().await?, registers)));
        Box::pin(batches.flat_map(stream::iter))
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

    /// Several registers by their serial numbers, in the order in which the answers come.
    ///
    /// ```
    /// use atol_monitor::KktMonitor;
    /// use futures_util::StreamExt;
    ///
    /// # async fn example(monitor: KktMonitor) {
    /// let mut answers = monitor.get_many(["00107703864827", "00107703864828"]);
    /// while let Some((serial, answer)) = answers.next().await {
    ///     match answer {
    ///         Ok(kkt) => println!("{serial}: {:?}", kkt.network_error_code),
    ///         Err(error) => eprintln!("{serial}: {error}"),
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// Each serial number has exactly one answer, which comes with the text as it was given; one that is given twice, or
    /// again with spaces around it, is asked for once. The failure of one does not touch the others.
    ///
    /// As many run at once as [`Pacing::concurrency`](atol_transport::Pacing::concurrency) allows, 8 by default. Nothing
    /// is sent before the stream is polled, and nothing more after it is dropped.
    ///
    /// # Errors
    ///
    /// As [`get_one`](Self::get_one), as items.
    pub fn get_many<I>(&self, serials: I) -> BoxStream<'static, (String, Result<Kkt>)>
    where
        I: IntoIterator<Item: Into<String>>,
    {
        many(self.clone(), serials.into_iter().map(Into::into).collect(), self.concurrency)
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
