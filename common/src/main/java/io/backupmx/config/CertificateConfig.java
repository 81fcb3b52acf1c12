package io.backupmx.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A certificate beside the one that everybody gets. What is missing is said by {@link TlsConfig}.
 *
 * @param certificate a PEM file: the certificate, then those that lead to its root
 * @param key a PEM file with its private key, which may be the same file
 */
public record CertificateConfig(Optional<Path> certificate, Optional<Path> key) {}
