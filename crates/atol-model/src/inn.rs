//! ИНН: the number of a taxpayer.

/// Whether a text is an ИНН with right check digits: 10 digits for an organisation, 12 for a person.
///
/// ```
/// assert!(atol_model::inn::is_valid("7707083893"));
/// assert!(atol_model::inn::is_valid("500100732259"));
/// assert!(!atol_model::inn::is_valid("7707083894"));
/// ```
///
/// The weights are those of developers.tochka.com/docs/cyclops/validation; the remainder 10 counts as 0.
pub fn is_valid(inn: &str) -> bool {
    let inn = inn.as_bytes();
    let holds =
        |weights: &[u8]| inn.get(weights.len()).map(|digit| digit.wrapping_sub(b'0')) == check(inn, weights);
    inn.iter().all(u8::is_ascii_digit)
        && match inn.len() {
            10 => holds(&TEN),
            12 => holds(&ELEVEN) && holds(&TWELVE),
            _ => false,
        }
}

/// Completes an ИНН: adds the one check digit to 9 digits or the two to 10; `None` for anything else.
///
/// ```
/// assert_eq!(atol_model::inn::complete("770708389").as_deref(), Some("7707083893"));
/// assert_eq!(atol_model::inn::complete("5001007322").as_deref(), Some("500100732259"));
/// ```
pub fn complete(start: &str) -> Option<String> {
    if !start.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let weights: &[&[u8]] = match start.len() {
        9 => &[&TEN],
        10 => &[&ELEVEN, &TWELVE],
        _ => return None,
    };
    let mut inn = start.to_owned();
    for weights in weights {
        inn.push(char::from(b'0' + check(inn.as_bytes(), weights)?));
    }
    Some(inn)
}

const TEN: [u8; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const ELEVEN: [u8; 10] = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const TWELVE: [u8; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

/// The check digit of the leading digits.
fn check(digits: &[u8], weights: &[u8]) -> Option<u8> {
    let sum: u32 = digits
        .iter()
        .zip(weights)
        .map(|(digit, &weight)| u32::from(digit.wrapping_sub(b'0')) * u32::from(weight))
        .sum();
    u8::try_from(sum % 11 % 10).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_numbers_are_valid() {
        // The last one has remainder 10, which a well-known implementation gets wrong.
        for inn in ["3026455760", "5544332219", "7707083893", "500100732259", "3449786900"] {
            assert!(is_valid(inn), "{inn}");
            assert_eq!(complete(&inn[..if inn.len() == 10 { 9 } else { 10 }]).as_deref(), Some(inn));
        }
    }

    #[test]
    fn everything_else_is_not() {
        for inn in ["", "3026455761", "302645576", "500100732258", "500100732249", "30264557б0", "٣٠٢٦٤٥٥٧٦٠"]
        {
            assert!(!is_valid(inn), "{inn}");
        }
    }
}
