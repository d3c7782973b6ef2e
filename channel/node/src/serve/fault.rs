//! A failure as JSON-RPC says it.

use twinroot_client::Failure;
use twinroot_rpc::Fault;

pub(super) fn fault(
    Failure {
        code,
        message,
        todo,
    }: Failure,
) -> Fault {
    let fault = Fault::new(code, message);
    if todo.is_empty() {
        fault
    } else {
        fault.advice(&todo)
    }
}
