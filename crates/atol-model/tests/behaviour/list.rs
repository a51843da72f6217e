//! A list of registers: what it may be wrapped in, and how one broken element leaves the others alone.

use atol_model::{ErrorKind, Kkt, KktList};

use crate::support::{PAGE, REGISTER, WAITING, read, with};

fn list(json: &str) -> KktList {
    KktList::from_json(json.as_bytes()).unwrap()
}

#[test]
fn a_list_comes_bare_or_wrapped() {
    let bare = list(&format!("[{REGISTER},{WAITING}]"));
    assert_eq!(bare[..], [read(REGISTER), read(WAITING)]);
    for wrapped in [
        format!("\u{feff}[{REGISTER},{WAITING}]\n"),
        format!(r#"{{"data":[{REGISTER},{WAITING}]}}"#),
        format!(r#"{{"error":null,"data":[{REGISTER},{WAITING}],"_links":{{}}}}"#),
        format!(r#"{{"_embedded":{{"cashRegisters":[{REGISTER},{WAITING}]}},"total":2}}"#),
    ] {
        assert_eq!(list(&wrapped), bare, "{wrapped}");
    }
}

#[test]
fn a_list_is_a_slice_an_iterator_and_a_collection() {
    let two = list(&format!("[{REGISTER},{WAITING}]"));
    assert_eq!((two.len(), two.is_empty()), (2, false));
    assert_eq!(two.iter().filter_map(|kkt| kkt.unsent_docs).sum::<u64>(), 17);
    assert_eq!((&two).into_iter().count(), 2);
    let serials: Vec<String> = two.into_iter().map(|kkt| kkt.serial_number).collect();
    assert_eq!(serials, ["00107703864827", "00107703864828"]);
    let collected: KktList = [read(REGISTER)].into_iter().collect();
    assert_eq!(collected.to_string(), format!("[{REGISTER}]"));
}

#[test]
fn an_empty_list_is_a_list() {
    for empty in ["[]", " [ ] ", r#"{"data":[]}"#, r#"{"_embedded":{"items":[]}}"#] {
        assert_eq!(list(empty), KktList::default(), "{empty}");
    }
    assert_eq!(KktList::default().to_json(), "[]");
}

#[test]
fn what_is_no_list_is_never_an_empty_one() {
    for (json, kind) in [
        ("", ErrorKind::Empty),
        (" \n", ErrorKind::Empty),
        ("null", ErrorKind::NotAList),
        ("{}", ErrorKind::NotAList),
        (REGISTER, ErrorKind::NotAList),
        (r#"{"data":null}"#, ErrorKind::NotAList),
        (r#"{"data":{}}"#, ErrorKind::NotAList),
        (r#"{"_embedded":{}}"#, ErrorKind::NotAList),
        (r#"{"_embedded":{"a":[],"b":[]}}"#, ErrorKind::NotAList),
        (r#"{"data":[],"data":[]}"#, ErrorKind::DuplicateField),
        (r#"{"error":{"code":50}}"#, ErrorKind::Service),
        (r#"{"data":[],"error":{"code":50}}"#, ErrorKind::Service),
        ("<html>502</html>", ErrorKind::Syntax),
        ("[", ErrorKind::Truncated),
        (r#"{"data":["#, ErrorKind::Truncated),
        ("[]]", ErrorKind::TrailingData),
        ("[] []", ErrorKind::TrailingData),
    ] {
        let error = KktList::from_json(json.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), kind, "{json}");
    }
    let error = KktList::from_json(b"[\xff]").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encoding);
}

#[test]
fn j09_a_broken_element_hides_none_of_the_others() {
    let page = list(PAGE);
    let serials: Vec<&str> = page.iter().map(|kkt| kkt.serial_number.as_str()).collect();
    assert_eq!(serials, ["00107703864827", "00107703864829"]);
    let [rejected] = page.rejected() else { panic!("{:?}", page.rejected()) };
    assert_eq!((rejected.index, rejected.serial_number.as_deref()), (1, Some("00107703864828")));
    assert_eq!(rejected.error.path(), "[1].fiscalizationDate");
    // Counted in the whole text, not in the element.
    assert_eq!((rejected.error.line(), rejected.error.column()), (Some(14), Some(28)));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&rejected.raw).unwrap()["fiscalizationDate"],
        "31.02.2024"
    );
}

#[test]
fn every_way_to_break_an_element_rejects_that_one_alone() {
    for broken in [
        "null",
        "1",
        "\"00107703864827\"",
        "[]",
        "{}",
        r#"{"data":{}}"#,
        r#"{"error":{"code":1}}"#,
        r#"{"serialNumber":"1"}"#,
        &with("shiftNumber", "-1"),
        &with("serialNumber", "\" \""),
        &with("groupCode", "\"\\ud800\""),
        &with("shiftNumber", "1,\"shiftNumber\":1"),
        &with("novelty", "1e999"),
    ] {
        let (registers, rejected) = list(&format!("[{REGISTER},{broken},{WAITING}]")).into_parts();
        assert_eq!(registers, [read(REGISTER), read(WAITING)], "{broken}");
        assert_eq!(rejected.len(), 1, "{broken}");
        assert_eq!((rejected[0].index, rejected[0].raw.as_str()), (1, broken));
        assert_ne!(rejected[0].serial_number.as_deref().map(str::trim), Some(""));
        assert!(Kkt::from_element(broken.as_bytes()).is_err());
    }
}

#[test]
fn broken_json_rejects_the_whole_list() {
    for json in [format!("[{REGISTER},}}]"), format!("[{REGISTER} {WAITING}]"), format!("[{REGISTER},]")] {
        assert_eq!(KktList::from_json(json.as_bytes()).unwrap_err().kind(), ErrorKind::Syntax, "{json}");
    }
}

#[test]
fn a_list_prints_over_several_lines_on_demand() {
    let two = list(&format!("[{REGISTER},{WAITING}]"));
    let pretty = format!("{two:#}");
    assert!(pretty.starts_with("[\n  {\n    \"serialNumber\""), "{pretty}");
    assert_eq!(pretty.parse::<KktList>().unwrap(), two);
    assert_eq!(serde_json::to_string(&two).unwrap(), two.to_json());
}
