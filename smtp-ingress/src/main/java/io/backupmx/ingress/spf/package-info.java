/** Whether senders' domains let their clients send for them (RFC 7208); it is recorded, and decides nothing. */
@NullMarked
package io.backupmx.ingress.spf;

import org.jspecify.annotations.NullMarked;
