//! What the client's errors mean to a person, and what to do about them.

use std::fmt;

use atol_monitor::watch::FailureKind;
use atol_monitor::{Error, ErrorKind, ServiceError};
use atol_transport::ErrorKind as TransportKind;
use atol_transport::error::{ConnectFailure, Excerpt, Phase, TlsFailure};

use super::Failure;
use crate::text::{Text, text};

/// The longest words of the service that are shown whole.
const LONGEST_WORDS: usize = 300;

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let ru = match error.kind() {
            ErrorKind::InvalidArgument => "такой запрос невозможен",
            ErrorKind::Decode => kind_of_poll_in_russian(FailureKind::Decode),
            ErrorKind::WrongRegister => kind_of_poll_in_russian(FailureKind::WrongRegister),
            ErrorKind::Incomplete => kind_of_poll_in_russian(FailureKind::Incomplete),
            _ => error.transport().map_or("не получилось", |error| kind_in_russian(error.kind())),
        };
        let what = text_of(ru, error.service_error(), &error);
        let failure = if error.is_invalid_argument() { Failure::usage(what) } else { Failure::failed(what) };
        let failure = match std::error::Error::source(&error) {
            Some(cause) => failure.with_causes(cause),
            None => failure,
        };
        let advice = match error.kind() {
            ErrorKind::Incomplete => Some(text!(
                "try again; if it stays so, ask for single registers by their serial numbers",
                "повторите; если не поможет, запросите отдельные ККТ по заводским номерам"
            )),
            _ => error.transport().and_then(advice),
        };
        failure.with_advice_if_any(advice)
    }
}

impl From<atol_transport::Error> for Failure {
    fn from(error: atol_transport::Error) -> Failure {
        Failure::from(Error::from(error))
    }
}

impl Failure {
    /// A poll that failed while the command goes on, and tries again by itself.
    pub(crate) fn of_failed_poll(error: Error) -> Failure {
        let ends_by_itself = error.kind() == ErrorKind::Incomplete
            || error.transport().is_some_and(|error| is_slow(error.kind()));
        let failure = Failure::from(error);
        if ends_by_itself { failure.without_advice() } else { failure }
    }

    /// A call that failed while the command goes on, and tries again by itself.
    pub(crate) fn of_call(error: &atol_transport::Error) -> Failure {
        let what = text_of(kind_in_russian(error.kind()), error.service_error(), error);
        Failure::failed(what).with_advice_if_any(advice(error).filter(|_| !is_slow(error.kind())))
    }

    /// A poll of which no more is known than what kind of failure it was.
    pub(crate) fn of_poll(reason: &atol_monitor::watch::Failure) -> Failure {
        Failure::failed(text_of(kind_of_poll_in_russian(reason.kind), None, reason))
    }

    fn with_advice_if_any(self, advice: Option<Text>) -> Failure {
        match advice {
            Some(advice) => self.with_advice(advice),
            None => self,
        }
    }
}

/// What happened. Details that the client knows in English only (names, numbers, the system's words) stand in brackets.
fn text_of(ru: &str, service_error: Option<&ServiceError>, error: &impl fmt::Display) -> Text {
    let ru = match service_error {
        Some(service) => {
            let words = Excerpt::of(&service.text, LONGEST_WORDS);
            format!("{ru}: ошибка {}, «{words}»", service.code.code())
        }
        None => format!("{ru} ({error})"),
    };
    Text { en: error.to_string(), ru }
}

fn kind_of_poll_in_russian(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Connect => "нет связи с сервером",
        FailureKind::Tls => "не удалось установить защищённое соединение",
        FailureKind::Timeout => "сервис не ответил вовремя",
        FailureKind::Interrupted => "соединение оборвалось",
        FailureKind::Auth => "сервис не принял авторизацию",
        FailureKind::Throttled => "сервис просит подождать",
        FailureKind::NotFound | FailureKind::Service => "сервис ответил отказом",
        FailureKind::NotJson => "пришло не то, что должен был ответить сервис",
        FailureKind::Decode => "не удалось разобрать ответ сервиса",
        FailureKind::WrongRegister => "сервис ответил про другую ККТ",
        FailureKind::Incomplete => "не удалось прочитать список до конца",
        _ => "не получилось",
    }
}

fn kind_in_russian(kind: TransportKind) -> &'static str {
    match kind {
        TransportKind::Config => "эта настройка не годится",
        TransportKind::Connect(ConnectFailure::Dns) => "имя сервера не найдено",
        TransportKind::Connect(ConnectFailure::Refused) => "сервер не принимает соединение",
        TransportKind::Connect(ConnectFailure::Local) => "этот компьютер не может открыть соединение",
        TransportKind::Connect(_) => "нет связи с сервером",
        TransportKind::Tls(TlsFailure::UnknownIssuer) => "сертификат сервера выпустил неизвестный центр",
        TransportKind::Tls(TlsFailure::WrongName) => "сертификат сервера выдан на другое имя",
        TransportKind::Tls(TlsFailure::Expired) => "срок сертификата сервера истёк",
        TransportKind::Tls(TlsFailure::NotYetValid) => "срок сертификата сервера ещё не наступил",
        TransportKind::Tls(_) => "не удалось установить защищённое соединение",
        TransportKind::Proxy => "прокси-сервер не пропустил запрос",
        TransportKind::Timeout(_) => "сервис не ответил вовремя",
        TransportKind::Interrupted | TransportKind::Truncated => "соединение оборвалось",
        TransportKind::CredentialsRejected => "сервис не принял логин и пароль",
        TransportKind::UserBlocked => "пользователь заблокирован сервисом",
        TransportKind::Unauthorized | TransportKind::InvalidToken => "сервис не принял авторизацию",
        TransportKind::NoPassword => "войти нельзя: нет ни действующего токена, ни пароля",
        TransportKind::Throttled => "сервис просит подождать",
        TransportKind::Service | TransportKind::Status => "сервис ответил отказом",
        TransportKind::Protocol
        | TransportKind::NotJson
        | TransportKind::Redirect
        | TransportKind::BodyTooLarge => "пришло не то, что должен был ответить сервис",
        _ => "не получилось",
    }
}

/// What to do next, in terms of this command.
fn advice(error: &atol_transport::Error) -> Option<Text> {
    if error.is_not_found() && !error.is_auth() {
        return Some(text!(
            "check --environment, and the serial number, if you gave one, for a missing leading zero: `atol list` shows \
             what is there",
            "проверьте среду (--environment) и ведущие нули в заводском номере, если он задан: `atol list` покажет, что \
             есть"
        ));
    }
    if let Some(name) = error.proxy_variable()
        && matches!(error.kind(), TransportKind::Connect(_) | TransportKind::Timeout(_))
    {
        return Some(text!(
            "the proxy does not answer: check the address and port in {name}, or name the host in NO_PROXY if it can be \
             reached directly",
            "прокси-сервер не отвечает: проверьте адрес и порт в {name} или внесите сервер в NO_PROXY, если он доступен \
             напрямую"
        ));
    }
    let advice = match error.kind() {
        TransportKind::CredentialsRejected => text!(
            "check login and password: they are those of the integration, from the settings file that your ATOL \
             Online account offers for download, not those of the account itself, and belong to one environment",
            "проверьте логин и пароль: нужны те, что в файле настроек интеграции из личного кабинета АТОЛ Онлайн, а не \
             от самого кабинета, и они годятся только для своей среды"
        ),
        TransportKind::UserBlocked => {
            let quoting = quoting(error);
            text!(
                "ask ATOL Online's support to unblock the user{quoting}",
                "попросите поддержку АТОЛ Онлайн разблокировать пользователя{quoting}"
            )
        }
        TransportKind::NoPassword => text!(
            "the token that an earlier command left is no longer taken: run this one again and it asks for the password, \
             or set ATOL_PASSWORD, or name a file with --password-file",
            "токен прежней команды больше не действует: запустите эту ещё раз, и она спросит пароль, или задайте \
             ATOL_PASSWORD либо --password-file"
        ),
        TransportKind::Tls(TlsFailure::UnknownIssuer) => text!(
            "if a company proxy or the НУЦ Минцифры issued the certificate, get that root (the latter from \
             https://www.gosuslugi.ru/crt), check its fingerprint and pass it with --ca-file ROOT.pem; verification \
             cannot be turned off",
            "если сертификат выпущен прокси-сервером компании или НУЦ Минцифры, возьмите их корневой сертификат (второй: \
             https://www.gosuslugi.ru/crt), сверьте отпечаток и укажите его: --ca-file ROOT.pem; отключить проверку нельзя"
        ),
        TransportKind::Tls(TlsFailure::Expired | TlsFailure::NotYetValid) => {
            text!("check this machine's clock first", "сначала проверьте часы этого компьютера")
        }
        TransportKind::Proxy => check_proxy(error),
        TransportKind::Tls(TlsFailure::WrongName | TlsFailure::NotTls)
            if error.proxy_variable().is_some() =>
        {
            check_proxy(error)
        }
        TransportKind::Tls(TlsFailure::WrongName) | TransportKind::Redirect => text!(
            "check --environment; something may be answering in the service's place",
            "проверьте --environment: возможно, вместо сервиса отвечает кто-то другой"
        ),
        TransportKind::Connect(ConnectFailure::Dns) => {
            text!("check the name and this machine's DNS", "проверьте имя и DNS этого компьютера")
        }
        TransportKind::Connect(ConnectFailure::Refused) => text!(
            "nothing listens there: check the address and port in --environment",
            "там никто не слушает: проверьте адрес и порт в --environment"
        ),
        TransportKind::Connect(ConnectFailure::Other) | TransportKind::Timeout(_)
            if !is_slow(error.kind()) =>
        {
            text!("check the network and the firewall", "проверьте сеть и межсетевой экран")
        }
        TransportKind::Timeout(_) => text!(
            "try again later, or give it more time with --timeout 2m",
            "повторите позже или дайте больше времени: --timeout 2m"
        ),
        _ => return error.advice().map(Text::foreign),
    };
    Some(advice)
}

fn check_proxy(error: &atol_transport::Error) -> Text {
    let name = error.proxy_variable().unwrap_or("HTTPS_PROXY");
    text!(
        "check {name} (http://HOST:PORT, or with USER:PASSWORD@ before the host) and NO_PROXY",
        "проверьте {name} (http://HOST:PORT, при необходимости с USER:PASSWORD@ перед именем) и NO_PROXY"
    )
}

/// Whether the service was reached and took its time.
fn is_slow(kind: TransportKind) -> bool {
    matches!(kind, TransportKind::Timeout(Phase::Head | Phase::BodyIdle | Phase::BodyTotal | Phase::Call))
}

/// The number that the vendor's support asks for.
fn quoting(error: &atol_transport::Error) -> String {
    match error.service_error() {
        Some(service) if !service.error_id.is_empty() => {
            format!(" (error_id {})", Excerpt::of(&service.error_id, 80))
        }
        _ => String::new(),
    }
}
