/** The spool kept by Apache ActiveMQ Artemis, over the core protocol, in-VM or TCP. */
@NullMarked
package io.backupmx.spool.artemis;

import org.jspecify.annotations.NullMarked;
