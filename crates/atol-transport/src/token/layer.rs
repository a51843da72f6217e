//! The layer that puts the token on requests.

use tower_layer::Layer;

use super::service::TokenService;
use super::tokens::Tokens;

/// Puts the token on each request; the [module](super) tells by which rules.
#[derive(Debug, Clone)]
pub struct TokenLayer {
    tokens: Tokens,
}

impl TokenLayer {
    /// A layer that uses `tokens`.
    pub fn new(tokens: Tokens) -> TokenLayer {
        TokenLayer { tokens }
    }

    /// The tokens in use.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

impl<S> Layer<S> for TokenLayer {
    type Service = TokenService<S>;

    fn layer(&self, inner: S) -> TokenService<S> {
        TokenService::new(inner, self.tokens.clone())
    }
}
