/** The SMTP session as pure functions: commands, states, machine, effects, replies, decoders. No I/O, no threads. */
@NullMarked
package io.backupmx.ingress.protocol;

import org.jspecify.annotations.NullMarked;
