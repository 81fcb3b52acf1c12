/** A route's life: what it stands for, by which rules that changes, and the probes that find out. */
@NullMarked
package io.backupmx.worker.gate;

import org.jspecify.annotations.NullMarked;
