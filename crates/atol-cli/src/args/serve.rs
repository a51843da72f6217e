//! What `atol serve` can be told.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use super::HealthArgs;
use super::duration::duration;
use super::host::host;

pub(super) const EXAMPLES: &str = "\
Examples:
  atol serve --demo                           a made fleet at http://127.0.0.1:9877/
  atol serve --profile shop --interval 2m     one account
  atol serve --all-accounts --shard 1/3       every third of the accounts in the configuration file

Served: / (the page), /kkts/SERIAL, /metrics, /healthz, /readyz, /api/kkts and /api/kkts/SERIAL.";

/// Options that tell of one account, and so of none when there are several.
const OF_ONE_ACCOUNT: [&str; 6] = ["profile", "environment", "login", "password_file", "demo", "demo_size"];

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:9877", value_name = "ADDRESS:PORT")]
    pub(crate) listen: SocketAddr,

    /// Answer to this name too, which a proxy passes on; may be given several times
    ///
    /// On loopback only addresses and `localhost` are answered to otherwise: so no site that points a name of its own at
    /// this machine can read the registers through somebody's browser. Elsewhere every name is, until one is given. The name
    /// stands alone, without scheme, port and path.
    #[arg(long = "host", value_parser = host, value_name = "NAME")]
    pub(crate) hosts: Vec<String>,

    /// How often the service is asked for all registers [default: 60s, in a demo 2s]
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub(crate) interval: Option<Duration>,

    /// Serve this profile of the configuration file; may be given several times
    #[arg(long = "account", value_name = "PROFILE", conflicts_with_all = OF_ONE_ACCOUNT)]
    pub(crate) accounts: Vec<String>,

    /// Serve every profile of the configuration file
    #[arg(long, conflicts_with = "accounts", conflicts_with_all = OF_ONE_ACCOUNT)]
    pub(crate) all_accounts: bool,

    /// Of these accounts, in the order of their names, serve the first, (1+N)th, (1+2N)th … for `1/N`: several
    /// processes share a large estate
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,

    /// Let the made fleet of a demo stand still, so that its dates agree with other programs' clocks
    #[arg(long)]
    pub(crate) demo_still: bool,

    #[command(flatten)]
    pub(crate) health: HealthArgs,
}

/// Which part of the accounts is served, of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    index: usize,
    of: usize,
}

impl Shard {
    /// Takes its part out of accounts that are in order.
    pub(crate) fn take<T>(self, accounts: Vec<T>) -> Vec<T> {
        accounts.into_iter().skip(self.index - 1).step_by(self.of).collect()
    }
}

impl FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Shard, &'static str> {
        let parsed =
            text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parsed {
            Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index, of }),
            _ => Err("write I/N with I from 1 to N, such as 2/3"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shards_share_every_account_between_them_once() {
        let accounts: Vec<u32> = (0..10).collect();
        let mut all: Vec<u32> =
            (1..=3).flat_map(|index| Shard { index, of: 3 }.take(accounts.clone())).collect();
        all.sort_unstable();
        assert_eq!(all, accounts);
        assert_eq!(Shard { index: 5, of: 5 }.take(vec!["only"]), Vec::<&str>::new());
    }

    #[test]
    fn a_shard_that_cannot_be_is_refused() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for text in ["", "1", "0/3", "4/3", "1/0", "-1/3", "a/b"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
