/** Sockets around the session machine: one Vert.x connection each. */
@NullMarked
package io.backupmx.ingress.session;

import org.jspecify.annotations.NullMarked;
