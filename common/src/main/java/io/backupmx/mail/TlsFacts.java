package io.backupmx.mail;

/**
 * How a mail's way to us was protected.
 *
 * @param version as TLS libraries name it: {@code TLSv1.3}
 * @param cipher the suite's IANA name
 */
public record TlsFacts(String version, String cipher) {

    /** The length of the cipher's key: of all suites that are not long broken 128 or 256. */
    public int bits() {
        return cipher.contains("_128_") ? 128 : 256;
    }
}
