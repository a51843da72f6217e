//! What goes wrong and when.

use std::time::Duration;

use fastrand::Rng;

/// From here on nothing goes wrong any more.
pub(crate) const CALM: Duration = Duration::from_secs(45);

/// The end of the simulation.
pub(crate) const END: Duration = Duration::from_secs(65);

/// One thing that happens to the service, or to what lies between it and both clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing passes.
    Partition,
    /// No question passes.
    LostQuestions,
    /// No answer passes.
    LostAnswers,
    /// Everything waits and passes later.
    Hold,
    /// The service dies and forgets its tokens.
    Crash,
    /// The next questions are answered with 503.
    Overload,
}

/// One fault and its time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    pub(crate) fault: Fault,
    pub(crate) from: Duration,
    pub(crate) until: Duration,
}

/// The faults of one simulation, and when the office is restarted and a register falls due.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) faults: Vec<Planned>,
    pub(crate) restart: Duration,
    pub(crate) alarm: Duration,
}

impl Plan {
    /// One to four faults.
    pub(crate) fn random(rng: &mut Rng) -> Plan {
        let mut faults: Vec<Planned> = Vec::new();
        for _ in 0..rng.u32(1..=4) {
            let fault = rng
                .choice([
                    Fault::Partition,
                    Fault::LostQuestions,
                    Fault::LostAnswers,
                    Fault::Hold,
                    Fault::Crash,
                    Fault::Overload,
                ])
                .unwrap();
            let from = Duration::from_millis(rng.u64(0..40_000));
            let lasts = Duration::from_millis(rng.u64(100..20_000));
            let mut planned = Planned { fault, from, until: (from + lasts).min(CALM) };
            let has_crash = faults.iter().any(|planned| planned.fault == Fault::Crash);
            if fault == Fault::Crash && has_crash {
                // Whoever loses two tokens within seconds is right to ask for no third one at once.
                planned.fault = Fault::Partition;
            }
            faults.push(planned);
        }
        let at = |rng: &mut Rng| Duration::from_millis(rng.u64(1_000..45_000));
        Plan { faults, restart: at(rng), alarm: at(rng) }
    }

    fn only(fault: Fault, from: u64, until: u64) -> Plan {
        let seconds = Duration::from_secs;
        let planned = Planned { fault, from: seconds(from), until: seconds(until) };
        Plan { faults: vec![planned], restart: seconds(30), alarm: seconds(40) }
    }

    pub(crate) fn lost_answers() -> Plan {
        Plan::only(Fault::LostAnswers, 10, 12)
    }

    pub(crate) fn held_packets() -> Plan {
        Plan::only(Fault::Hold, 10, 13)
    }

    pub(crate) fn crash() -> Plan {
        Plan::only(Fault::Crash, 10, 11)
    }
}
