//! Whether the numbers of a register belong together.

use atol_model::{inn, registration_number};
use serde::{Deserialize, Serialize};

/// What is wrong with the identifiers of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum IdentifierProblem {
    /// The ИНН does not consist of 10 or 12 digits.
    InnFormat,
    /// The last digits of the ИНН do not check the first ones.
    InnChecksum,
    /// The РНМ does not consist of 16 digits.
    RegistrationNumberFormat,
    /// The last six digits of the РНМ do not check its number, the ИНН and the factory number together: one of the three
    /// belongs to something else.
    RegistrationNumberChecksum,
    /// The factory number is longer than the 20 characters that a РНМ can be made of.
    SerialNumberFormat,
}

/// What is wrong with an ИНН.
pub(super) fn inn_problem(inn: &str) -> Option<IdentifierProblem> {
    if !has_inn_format(inn) {
        Some(IdentifierProblem::InnFormat)
    } else if !inn::is_valid(inn) {
        Some(IdentifierProblem::InnChecksum)
    } else {
        None
    }
}

/// What is wrong with a РНМ, given the ИНН and the factory number that it was made of.
pub(super) fn registration_number_problem(
    registration_number: &str,
    inn: &str,
    serial_number: &str,
) -> Option<IdentifierProblem> {
    if registration_number.len() != 16 || !is_digits(registration_number) {
        Some(IdentifierProblem::RegistrationNumberFormat)
    } else if !has_inn_format(inn) {
        // Reported by itself; there is nothing to check against.
        None
    } else if serial_number.len() > 20 {
        Some(IdentifierProblem::SerialNumberFormat)
    } else if !registration_number::is_valid(registration_number, inn, serial_number) {
        Some(IdentifierProblem::RegistrationNumberChecksum)
    } else {
        None
    }
}

/// Whether this is the number of a dummy for tests, МГМ, which signs nothing and sends nothing.
///
/// Source: the prefix 99990789 of МГМ, as told apart by `GetFNName` of `KassArray`.
pub(super) fn is_test_fiscal_storage(serial_number: &str) -> bool {
    serial_number.starts_with("99990789")
}

fn has_inn_format(inn: &str) -> bool {
    matches!(inn.len(), 10 | 12) && is_digits(inn)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_an_inn_at_all_is_told_from_a_wrong_one() {
        assert_eq!(inn_problem("3026455760"), None);
        assert_eq!(inn_problem("500100732259"), None);
        assert_eq!(inn_problem("3026455761"), Some(IdentifierProblem::InnChecksum));
        for inn in ["", "302645576", "30264557600", "302645576o", "٣026455760", "3026455760 "] {
            assert_eq!(inn_problem(inn), Some(IdentifierProblem::InnFormat), "{inn}");
        }
    }

    #[test]
    fn a_registration_number_belongs_to_its_inn_and_its_register() {
        let problem = registration_number_problem;
        assert_eq!(problem("0000000003027865", "3026455760", "00107703864827"), None);

        let checksum = Some(IdentifierProblem::RegistrationNumberChecksum);
        assert_eq!(problem("0000000003027866", "3026455760", "00107703864827"), checksum);
        assert_eq!(problem("0000000003027865", "7708274185", "00107703864827"), checksum);
        assert_eq!(problem("0000000003027865", "3026455760", "00107703864828"), checksum);

        let format = Some(IdentifierProblem::RegistrationNumberFormat);
        assert_eq!(problem("3027865", "3026455760", "00107703864827"), format);
        assert_eq!(problem("000000000302786x", "3026455760", "00107703864827"), format);
        let long = Some(IdentifierProblem::SerialNumberFormat);
        assert_eq!(problem("0000000003027865", "3026455760", "000000000000000000001"), long);
        // 20 digits, to which shorter ones are filled up with zeros for the checksum.
        assert_eq!(problem("0000000003027865", "3026455760", "00000000107703864827"), None);
    }

    #[test]
    fn without_an_inn_there_is_nothing_to_check_a_registration_number_against() {
        assert_eq!(registration_number_problem("0000000003027865", "302645", "00107703864827"), None);
    }
}
