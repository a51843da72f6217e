//! The Rust of the guides and of the README, compiled as doctests, in both languages.

/// Takes each page in as documentation, whose examples rustdoc compiles and runs.
macro_rules! pages {
    ($($name:ident: $path:literal,)*) => {
        $(
            #[cfg(doctest)]
            #[doc = include_str!(concat!("../../", $path))]
            mod $name {}
        )*

        /// The pages whose examples are compiled.
        #[cfg(test)]
        const PAGES: &[&str] = &[$($path),*];
    };
}

pages! {
    readme: "README.md",
    readme_ru: "README.ru.md",
    errors: "docs/guide/en/errors.md",
    errors_ru: "docs/guide/ru/errors.md",
    from_php: "docs/guide/en/from-php.md",
    from_php_ru: "docs/guide/ru/from-php.md",
    getting_started: "docs/guide/en/getting-started.md",
    getting_started_ru: "docs/guide/ru/getting-started.md",
    kkt_monitor: "docs/guide/en/kkt-monitor.md",
    kkt_monitor_ru: "docs/guide/ru/kkt-monitor.md",
    middleware: "docs/guide/en/middleware.md",
    middleware_ru: "docs/guide/ru/middleware.md",
    parsing: "docs/guide/en/parsing.md",
    parsing_ru: "docs/guide/ru/parsing.md",
    proxies: "docs/guide/en/proxies.md",
    proxies_ru: "docs/guide/ru/proxies.md",
    testing: "docs/guide/en/testing.md",
    testing_ru: "docs/guide/ru/testing.md",
    tokens: "docs/guide/en/tokens.md",
    tokens_ru: "docs/guide/ru/tokens.md",
    watching: "docs/guide/en/watching.md",
    watching_ru: "docs/guide/ru/watching.md",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::PAGES;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn pages_in(language: &str) -> BTreeSet<String> {
        let entries = std::fs::read_dir(root().join("docs/guide").join(language)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn every_page_has_its_counterpart_in_the_other_language() {
        assert_eq!(pages_in("en"), pages_in("ru"));
    }

    #[test]
    fn every_page_with_rust_in_it_is_compiled() {
        for language in ["en", "ru"] {
            for name in pages_in(language) {
                let path = format!("docs/guide/{language}/{name}");
                let text = std::fs::read_to_string(root().join(&path)).unwrap();
                assert_eq!(text.contains("```rust"), PAGES.contains(&path.as_str()), "{path}");
            }
        }
    }

    /// What the program of the first page has, which the others go on with.
    const AT_HAND: [&str; 2] = ["atol-monitor", "tokio"];

    #[test]
    fn a_page_says_how_to_add_each_crate_that_its_examples_use() {
        let manifest = include_str!("../Cargo.toml").lines().filter(|line| line.contains("workspace = true"));
        let names: BTreeSet<&str> = manifest.filter_map(|line| line.split([' ', '.']).next()).collect();
        for path in PAGES.iter().filter(|path| path.starts_with("docs/guide/")) {
            let text = std::fs::read_to_string(root().join(path)).unwrap();
            let rust = text.split("```rust").skip(1).filter_map(|rest| rest.split("```").next());
            let rust: String = rust.flat_map(str::lines).filter_map(|line| line.split("//").next()).collect();
            let paths: Vec<&str> =
                rust.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).collect();
            let added: BTreeSet<&str> = text
                .lines()
                .filter_map(|line| line.strip_prefix("$ cargo add "))
                .flat_map(|line| line.split([' ', '/']))
                .collect();
            for name in &names {
                let path_in_rust = format!("{}::", name.replace('-', "_"));
                let is_used = paths.iter().any(|path| path.starts_with(&path_in_rust));
                assert!(!is_used || added.contains(name) || AT_HAND.contains(name), "{path} uses {name}");
            }
        }
    }
}
