package io.backupmx.config;

import java.util.List;

/**
 * A configuration nothing may start with. Holds every problem, one line each: the key's path, what is wrong, what would be
 * right, and where it was said.
 */
public final class ConfigException extends RuntimeException {

    private final transient List<String> problems;
    private final transient Config usable;

    /** @param usable the configuration with defaults in the place of what is wrong: to look for further problems, no more */
    public ConfigException(List<String> problems, Config usable) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
        this.usable = usable;
    }

    public List<String> problems() {
        return problems;
    }

    /** Only to look for further problems, never to run with. */
    public Config usable() {
        return usable;
    }
}
