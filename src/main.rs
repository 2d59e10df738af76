//! The program: a command, or else the window.

use std::path::PathBuf;
use std::process::ExitCode;

use tallyman::profile::{data_dir, keep_memory_off_disk, quiet_panics, take_environment_secret};
use tallyman::{cli, ui};
use tracing_subscriber::EnvFilter;

/// Names what is logged to standard error, as `debug` or `tallyman=trace`.
const LOG_VARIABLE: &str = "TALLYMAN_LOG";
/// Names the data folder where no argument does.
const DATA_VARIABLE: &str = "TALLYMAN_DATA_DIR";
/// The exit status of what could not start, as for the commands.
const COULD_NOT_START: u8 = 3;

/// The window's libraries log pixels and events, which help nobody.
const QUIET: &str = "eframe=warn,egui=warn,egui_winit=warn,egui_glow=warn,winit=warn,naga=warn";

fn main() -> ExitCode {
    take_environment_secret();
    quiet_panics();
    let arguments = cli::arguments();
    keep_memory_off_disk(arguments.command.is_some());
    log_to_stderr();
    match arguments.command {
        Some(command) => cli::run(command, arguments.data_dir),
        None => open_window(arguments.demo, arguments.data_dir),
    }
}

fn open_window(demo: bool, folder: Option<PathBuf>) -> ExitCode {
    let named = std::env::var_os(DATA_VARIABLE).is_some_and(|value| !value.is_empty());
    let start = ui::Start {
        demo,
        data_dir_given: folder.is_some() || named,
        data_dir: data_dir(folder),
    };
    match ui::run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("tallyman: {message}");
            ExitCode::from(COULD_NOT_START)
        }
    }
}

fn log_to_stderr() {
    let Ok(filter) = std::env::var(LOG_VARIABLE) else {
        return;
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(format!("{filter},{QUIET}")))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}
