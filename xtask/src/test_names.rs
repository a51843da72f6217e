//! The names of the tests in a source file, read from its text.

/// Functions that carry a test attribute, in the order they stand.
pub(crate) fn in_source(text: &str) -> Vec<&str> {
    let mut is_test = false;
    let mut names = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[") {
            // `#[test]`, `#[tokio::test]`, `#[tokio::test(start_paused = true)]`
            is_test |= line.starts_with("#[test]") || line.contains("::test]") || line.contains("::test(");
        } else if let Some(name) = function(line) {
            if is_test {
                names.push(name);
            }
            is_test = false;
        }
    }
    names
}

fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    let rest = line.strip_prefix("fn ")?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_functions_with_a_test_attribute_count() {
        let text = "
            #[test]
            // A comment between.
            #[should_panic]
            fn one() {}
            fn helper() {}
            #[tokio::test(start_paused = true)]
            async fn two_three() {}
            #[must_use]
            fn not_me() {}
        ";
        assert_eq!(in_source(text), ["one", "two_three"]);
    }
}
