/** Ingress, worker and an embedded broker in one JVM, and the command line's entry. */
@NullMarked
package io.backupmx.standalone;

import org.jspecify.annotations.NullMarked;
