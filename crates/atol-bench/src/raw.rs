//! The plainest HTTP client there is: `hyper_util`'s own, a constant token, the body collected.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

use crate::server::TOKEN;

/// `raw` of the targets.
#[derive(Debug, Clone)]
pub struct Raw(Client<HttpConnector, Empty<Bytes>>);

impl Default for Raw {
    fn default() -> Raw {
        Raw(Client::builder(TokioExecutor::new()).build_http())
    }
}

impl Raw {
    /// Sends a request and collects what is answered.
    pub async fn collect(&self, method: Method, uri: &str) -> Bytes {
        let request =
            Request::builder().method(method).uri(uri).header("token", TOKEN).body(Empty::new()).unwrap();
        self.0.request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes()
    }
}
