// swift-irqfd: SPDX-License-Identifier: Apache-2.0

//! event-listener: what Rust's asynchronous libraries wait with. Its command line is that of measure.h.

use event_listener::Event;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const PEER: &str = "event-listener";

/// A slice is about as long as this.
const SLICE_LENGTH: Duration = Duration::from_millis(20);

/// `EX_USAGE` of sysexits.h.
const EXIT_USAGE: u8 = 64;

/// Does it so many times.
type Run = fn(&Event, u64);

const ROWS: [(&str, Run); 2] = [("signal", signal), ("add-remove", add_and_remove)];

fn signal(event: &Event, times: u64) {
    for _ in 0..times {
        black_box(event).notify(1);
    }
}

fn add_and_remove(event: &Event, times: u64) {
    for _ in 0..times {
        drop(black_box(black_box(event).listen()));
    }
}

fn length_of(run: Run, event: &Event, times: u64) -> Duration {
    let start = Instant::now();
    run(event, times);
    start.elapsed()
}

/// One slice, in nanoseconds an operation. What finds out how often it has to be done warms it up, too.
fn measure(run: Run) -> f64 {
    let event = Event::new();
    // An event that nobody has ever listened to has no list yet.
    drop(event.listen());
    let mut times = 1;
    let mut taken = length_of(run, &event, times);
    while taken < SLICE_LENGTH / 2 {
        let growth = SLICE_LENGTH.as_secs_f64() / taken.as_secs_f64().max(1e-9);
        times = (times as f64 * growth.clamp(2.0, 16.0)) as u64;
        taken = length_of(run, &event, times);
    }
    taken.as_secs_f64() * 1e9 / times as f64
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [program, request] = arguments.as_slice() else {
        eprintln!("usage: event-listener --list | ROW-NAME");
        return ExitCode::from(EXIT_USAGE);
    };
    if request == "--list" {
        for (name, _) in ROWS {
            println!("{name} {PEER}");
        }
        return ExitCode::SUCCESS;
    }
    match ROWS.iter().find(|(name, _)| name == request) {
        Some((_, run)) => {
            println!("{:.4}", measure(*run));
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("{program}: {PEER} has no row {request}");
            ExitCode::from(EXIT_USAGE)
        }
    }
}
