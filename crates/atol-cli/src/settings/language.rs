//! Which language a person is spoken to in.

use atol_monitor::Language;

use super::origin::{Origin, Setting};
use super::variables::Variables;

/// The locale variables; the first that is set decides, as POSIX has it.
const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// The language of the flag, of the file or of the locale; English when the locale's is none of ours.
pub(super) fn chosen(
    flag: Option<Language>,
    file: Option<Language>,
    variables: &Variables<'_>,
) -> Setting<Language> {
    Setting::first([Setting::flag("--lang", flag), Setting::file(file), of_locale(variables)])
        .unwrap_or(Setting::usual(Language::En))
}

/// The language for what has to be said before the settings are known.
pub(crate) fn spoken(flag: Option<Language>, variables: &Variables<'_>) -> Language {
    chosen(flag, None, variables).value
}

fn of_locale(variables: &Variables<'_>) -> Option<Setting<Language>> {
    let (name, locale) = LOCALE.into_iter().find_map(|name| Some((name, variables.raw(name)?)))?;
    let value = locale.to_str()?.parse().ok()?;
    Some(Setting { value, origin: Origin::Variable(name) })
}
