package io.backupmx.tls;

import java.util.List;

/** A certificate, or its key, that cannot be used. Holds every problem, one line each: the key's path in the configuration, and why. */
public final class UnusableCertificate extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public UnusableCertificate(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
