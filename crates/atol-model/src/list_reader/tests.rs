//! A list in pieces reads as a list in one piece, however it is cut.

use proptest::prelude::*;

use super::*;
use crate::list::KktList;

fn kkt(number: usize) -> Kkt {
    Kkt::builder(format!("{number:014}"))
        .fiscal_storage_payment_address("г. Томск, \"Ромашка\" [{1}]")
        .build()
}

fn list(size: usize) -> String {
    format!("[{}]", (0..size).map(|number| kkt(number).to_json()).collect::<Vec<_>>().join(", "))
}

type Elements = Vec<Result<Kkt, RejectedKkt>>;

/// Reads a text in pieces of this size.
fn read_in(json: &[u8], size: usize) -> (Elements, Result<(), Error>) {
    let mut reader = ListReader::new();
    let mut elements = Vec::new();
    for piece in json.chunks(size.max(1)) {
        if let Err(error) = reader.read(piece, &mut elements) {
            return (elements, Err(error));
        }
    }
    (elements, reader.finish())
}

/// What is told of a text, whatever the size of its pieces.
fn told(json: impl AsRef<[u8]>) -> String {
    let json = json.as_ref();
    let told = |size| {
        let (elements, end) = read_in(json, size);
        let elements: Vec<_> = elements
            .into_iter()
            .map(|element| match element {
                Ok(kkt) => kkt.serial_number,
                Err(rejected) => format!("rejected {}", rejected.error),
            })
            .chain(Some(
                end.map_or_else(|error| format!("{:?}: {error}", error.kind()), |()| "end".to_owned()),
            ))
            .collect();
        elements.join("\n")
    };
    let whole = told(usize::MAX);
    for size in [1, 2, 3, 7, 64] {
        assert_eq!(told(size), whole, "in pieces of {size}");
    }
    whole
}

#[test]
fn a_list_comes_whole_from_each_of_its_frames() {
    let array = list(3);
    for json in [
        array.clone(),
        format!("\u{feff}\r\n {array} \n"),
        format!(r#"{{"data":{array}}}"#),
        format!(r#"{{"error":null,"timestamp":"now","data" : {array},"_links":{{"self":["a"]}}}}"#),
        format!(r#"{{"_links":{{"data":[1]}},"other":[[2]],"d\u0061ta":{array}}}"#),
        format!(r#"{{"total":3,"_embedded":{{"page":{{"x":1}},"registers":{array}}},"_links":[]}}"#),
    ] {
        assert_eq!(told(&json), "00000000000000\n00000000000001\n00000000000002\nend", "{json}");
    }
    assert_eq!(told("[]"), "end");
    assert_eq!(told(r#"{"data": [ ]}"#), "end");
}

#[test]
fn j09_a_broken_element_is_rejected_and_the_next_ones_come() {
    let good = kkt(1);
    let mut json = format!(
        r#"[null, 12,"text, with ] and }}", [1,[2]], {{}}, {{"serialNumber":"7"}}, {{"a":}}, <html>, {good}, tru]"#
    )
    .into_bytes();
    insta::assert_snapshot!(told(&json), @r#"
    rejected [0]: expected an object, found null (line 1, column 1)
    rejected [1]: expected an object, found 12 (line 1, column 1)
    rejected [2]: expected an object, found "text, with ] and }" (line 1, column 1)
    rejected [3]: expected an object, found a list (line 1, column 1)
    rejected [4]: expected a register, found an object without members (line 1, column 1)
    rejected [5]: 15 required fields missing: registrationNumber, deviceNumber, fiscalizationDate, fiscalStorageExpiration, signedDocuments, fiscalStoragePercentageUse, fiscalStorageINN, fiscalStorageSerialNumber, fiscalStoragePaymentAddress, groupCode, timestamp, isShiftOpened, shiftNumber, shiftReceipt, networkErrorCode (line 1, column 1)
    rejected [6]: not JSON, found "}" (line 1, column 6)
    rejected [7]: not JSON, found "<html>" (line 1, column 1)
    00000000000001
    rejected [9]: cut off in the middle (line 1, column 3)
    end
    "#);
    // Bytes that are not UTF-8 spoil the element that they stand in.
    let place = json.windows(4).position(|bytes| bytes == b"text").unwrap();
    json[place] = 0xd2;
    assert!(told(&json).contains("rejected [2]: expected UTF-8"), "{}", told(&json));
    assert!(told(&json).contains("\n00000000000001\n"));
}

#[test]
fn what_is_no_list_is_told_as_for_a_whole_text() {
    for json in [
        "",
        " \n",
        "null",
        "nul",
        "12",
        "<html>[503] {",
        "{}",
        r#"{"data":null}"#,
        r#"{"data":{"serialNumber":"1"}}"#,
        r#"{"data":"#,
        r#"{"error":{"error_id":"1","code":12,"text":"Неверный логин","type":"system"},"timestamp":"now"}"#,
        r#"{"error":{"error_id":"1","code":12,"text":"Неверный логин","type":"system"},"data":[]}"#,
        r#"{"_embedded":{"a":1}}"#,
        r#"{"_embedded":{"a":[],"b":[]}}"#,
        r#"{"data":[],"data":[]}"#,
        "[] []",
        "[]]",
        "[]}",
        r#"{"data":[]"#,
    ] {
        let (elements, end) = read_in(json.as_bytes(), usize::MAX);
        let whole = KktList::from_json(json.as_bytes()).unwrap_err();
        let error = end.unwrap_err();
        assert_eq!((elements.len(), error.kind()), (0, whole.kind()), "{json}");
        told(json);
    }
}

#[test]
fn a_service_error_behind_the_list_comes_after_its_elements() {
    let json = format!(r#"{{"data":{},"error":{{"code":50,"text":"сбой"}}}}"#, list(1));
    insta::assert_snapshot!(told(&json), @r"
    00000000000000
    Service: the service answered with 50 ErrorServerConfiguration: сбой
    ");
}

#[test]
fn a_second_list_is_not_overlooked() {
    let json = format!(r#"{{"_embedded":{{"a":{}}},"data":{}}}"#, list(1), list(2));
    insta::assert_snapshot!(told(&json), @r"
    00000000000000
    NotAList: expected one list, found a second one behind it
    ");
}

#[test]
fn a_list_that_is_none_any_more_ends_with_an_error() {
    let one = kkt(1);
    for json in [format!("[{one} {one}]"), format!("[{one},]"), format!("[{one}}}"), "[,]".to_owned()] {
        let (elements, end) = read_in(json.as_bytes(), usize::MAX);
        assert_eq!(end.unwrap_err().kind(), ErrorKind::Syntax, "{json}");
        assert_eq!(elements.len(), usize::from(json != "[,]"), "{json}");
        told(&json);
    }
}

#[test]
fn j01_a_torn_list_gives_its_whole_elements_and_then_an_error() {
    let json = list(2);
    let first = kkt(0).to_json().len() + 1;
    for end in 1..json.len() {
        let Some(torn) = json.get(..end) else { continue };
        let (elements, error) = read_in(torn.as_bytes(), usize::MAX);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Truncated);
        let whole = usize::from(end >= first) + usize::from(end == json.len() - 1);
        assert_eq!(elements.iter().filter(|element| element.is_ok()).count(), whole, "{end}");
        assert!(elements.iter().all(Result::is_ok));
    }
}

#[test]
fn an_element_without_an_end_is_not_kept_for_ever() {
    let mut reader = ListReader::new().with_max_element(1000);
    let mut elements = Elements::new();
    reader.read(b"[{\"a\":\"", &mut elements).unwrap();
    let error = (0..100).find_map(|_| reader.read(&[b'x'; 99], &mut elements).err()).unwrap();
    assert_eq!(error.to_string(), "[0]: expected at most 1000 bytes in one element");
    assert!(reader.torn.capacity() < 3000);

    let mut reader = ListReader::new().with_max_element(1000);
    let error = (0..100).find_map(|_| reader.read(&[b' '; 99], &mut elements).err()).unwrap();
    assert_eq!(error.to_string(), "expected at most 1000 bytes around the list");
}

proptest! {
    /// Against the reader of whole texts, whatever the elements and the pieces.
    #[test]
    fn pieces_bring_what_the_whole_text_does(
        elements in proptest::collection::vec(
            prop_oneof![
                4 => (0_usize..1000).prop_map(|number| kkt(number).to_json()),
                1 => Just("null".to_owned()),
                1 => Just("{\"serialNumber\":\"1\\\"]\", \"x\":[{}]}".to_owned()),
                1 => Just("\"}]\\\\\"".to_owned()),
            ],
            0..12,
        ),
        space in "[ \n\t]{0,3}",
        cuts in proptest::collection::vec(1_usize..900, 1..40),
    ) {
        let json = format!("[{space}{}{space}]", elements.join(&format!("{space},{space}")));
        let (mut reader, mut read, mut rest) = (ListReader::new(), Elements::new(), json.as_bytes());
        for cut in cuts.into_iter().cycle() {
            let (piece, others) = rest.split_at(cut.min(rest.len()));
            reader.read(piece, &mut read).unwrap();
            rest = others;
            if rest.is_empty() {
                break;
            }
        }
        reader.finish().unwrap();
        let (registers, rejected) = KktList::from_json(json.as_bytes()).unwrap().into_parts();
        prop_assert_eq!(read.iter().filter_map(|element| element.clone().ok()).collect::<Vec<_>>(), registers);
        prop_assert_eq!(read.into_iter().filter_map(Result::err).collect::<Vec<_>>(), rejected);
    }
}
