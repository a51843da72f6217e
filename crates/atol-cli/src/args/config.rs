//! What `atol config` can do.

use clap::Subcommand;

use super::ListingFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the settings in force and where each comes from; secrets are left out
    Show {
        /// The form of the data
        #[arg(long, short, default_value = "table")]
        output: ListingFormat,
    },
}

/// How the file is written.
pub(super) const FILE: &str = "\
The configuration file, with one profile for each account:

  profile = \"shop\"            # taken unless --profile or ATOL_PROFILE names another; without
                              # this line `default` is, or the only profile there is when
                              # no environment and no login is named
  language = \"ru\"

  [profiles.shop]
  environment = \"production\"
  login = \"shop-17\"
  password_file = \"shop.password\"   # mode 600; paths are meant from the file's directory
  timeout = \"30s\"
  # ca_file = \"root.pem\", token_cache = false

  [profiles.shop.health]      # limits, called as the flags of `atol check`
  time_zone = \"Asia/Yekaterinburg\"
  disabled = [\"identifiers\"]
  fiscal_storage_expiry = { warning_days = 45, critical_days = 10 }
  unsent_documents = { warning = \"12h\" }

What is set on the command line comes before variables, variables before the profile.";
