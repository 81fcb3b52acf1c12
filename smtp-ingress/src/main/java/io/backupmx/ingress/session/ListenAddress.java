package io.backupmx.ingress.session;

/** Where to listen: {@code address:port}, an IPv6 address in brackets; port 0 takes a free one. */
record ListenAddress(String host, int port) {

    /** @throws IllegalArgumentException when {@code text} has another form */
    static ListenAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 1 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            host = "";
        }
        String port = text.substring(colon + 1);
        if (host.isEmpty() || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            throw new IllegalArgumentException("listen: '" + text + "' is not address:port or [address]:port");
        }
        return new ListenAddress(host, Integer.parseInt(port));
    }
}
