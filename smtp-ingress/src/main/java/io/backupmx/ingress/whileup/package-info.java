/** Leaves mail to a primary that is up, and takes it from whoever comes back. */
@NullMarked
package io.backupmx.ingress.whileup;

import org.jspecify.annotations.NullMarked;
