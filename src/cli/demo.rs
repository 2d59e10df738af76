//! `demo-service`: the stand-in for the services alone, for scripts and other clients.

use crate::demo::{Options, PUBLIC_KEY, SECRET_KEY, Server, imagekit, templated};
use crate::model::ServiceKind;

use super::args::DemoArgs;
use super::out::{DONE, Failure, line, note};
use super::run::signal;

/// Runs until Ctrl-C or SIGTERM. The first three lines are the address, the public key, the secret key.
pub async fn serve(args: &DemoArgs) -> Result<u8, Failure> {
    let options = Options {
        port: args.port,
        files: args.files,
        latency: args.latency,
        ..Options::default()
    };
    let server = Server::start(options).await.map_err(|error| {
        Failure::start(format!(
            "The demo service could not listen on port {}: {error}. Choose another with --port.",
            args.port
        ))
    })?;
    line(server.base())?;
    line(PUBLIC_KEY)?;
    line(SECRET_KEY)?;
    note(format!(
        "ImageKit: {} with the private key {}",
        server.base_of(ServiceKind::ImageKit),
        imagekit::PRIVATE_KEY
    ));
    note(format!(
        "Templated: {} with the API key {}",
        server.base_of(ServiceKind::Templated),
        templated::API_KEY
    ));
    note("The demo service runs until Ctrl-C.");
    signal().await;
    Ok(DONE)
}
