//! Every public type goes to other threads and survives a caught panic.

use std::panic::{RefUnwindSafe, UnwindSafe};

use atol_model::{
    Error, ErrorKind, Extra, Kkt, KktBuilder, KktList, NetworkErrorCode, OffsetTimestamp,
    OtherServiceErrorKind, RejectedKkt, ServiceError, ServiceErrorCode, ServiceErrorKind, TokenResponse,
    UnknownNetworkErrorCode, UnknownServiceErrorCode,
};

fn is_plain<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'static>() {}

#[test]
fn every_type_is_plain_data() {
    is_plain::<Error>();
    is_plain::<ErrorKind>();
    is_plain::<Extra>();
    is_plain::<Kkt>();
    is_plain::<KktBuilder>();
    is_plain::<KktList>();
    is_plain::<NetworkErrorCode>();
    is_plain::<OffsetTimestamp>();
    is_plain::<OtherServiceErrorKind>();
    is_plain::<RejectedKkt>();
    is_plain::<ServiceError>();
    is_plain::<ServiceErrorCode>();
    is_plain::<ServiceErrorKind>();
    is_plain::<TokenResponse>();
    is_plain::<UnknownNetworkErrorCode>();
    is_plain::<UnknownServiceErrorCode>();
}

#[test]
fn an_error_is_one_word_and_a_result_no_larger_than_its_register() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<Kkt, Error>>(), size_of::<Kkt>());
}
