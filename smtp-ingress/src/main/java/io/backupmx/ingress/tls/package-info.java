/** TLS of the ingress: its certificate, and what makes a connection private with it. */
@NullMarked
package io.backupmx.ingress.tls;

import org.jspecify.annotations.NullMarked;
