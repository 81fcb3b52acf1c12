/** A route's life: up, down, and the prober that finds out. */
@NullMarked
package io.backupmx.worker.gate;

import org.jspecify.annotations.NullMarked;
