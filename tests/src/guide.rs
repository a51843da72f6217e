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
}
