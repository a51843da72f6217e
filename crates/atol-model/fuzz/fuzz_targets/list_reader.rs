//! `ListReader`: in whatever pieces a list arrives, its elements are those of the whole text.

#![no_main]

use atol_model::{Error, Kkt, KktList, ListReader, RejectedKkt};
use atol_model_fuzz::can_be_shown;
use libfuzzer_sys::fuzz_target;

type Elements = Vec<Result<Kkt, RejectedKkt>>;

fuzz_target!(|input: (u8, &[u8])| {
    let (size, json) = input;
    let (elements, end) = read_in(usize::from(size) + 1, json);
    let (at_once, end_at_once) = read_in(json.len().max(1), json);
    assert_eq!(elements, at_once, "the size of the pieces matters");
    assert_eq!(end.as_ref().err().map(Error::kind), end_at_once.err().map(|error| error.kind()));
    match (KktList::from_json(json), end) {
        (Ok(list), Ok(())) => {
            let (registers, rejected) = list.into_parts();
            assert_eq!(elements.iter().filter_map(|element| element.clone().ok()).collect::<Vec<_>>(), registers);
            assert_eq!(elements.len() - registers.len(), rejected.len());
        }
        // The whole text is refused for what stands behind an element, which was handed out before that was seen; or the
        // element could be passed over as far as its end was found.
        (Err(error), _) | (_, Err(error)) => can_be_shown(&error),
    }
});

fn read_in(size: usize, json: &[u8]) -> (Elements, Result<(), Error>) {
    let (mut reader, mut elements) = (ListReader::new(), Elements::new());
    for piece in json.chunks(size) {
        if let Err(error) = reader.read(piece, &mut elements) {
            return (elements, Err(error));
        }
    }
    (elements, reader.finish())
}
