// Loaded into each app before its own code. The channel to the stack closes when the stack is gone, however it went:
// without this, an app would go on alone and keep its port.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// listening keeps the process alive; an app that has finished must be able to end
process.channel?.unref();
