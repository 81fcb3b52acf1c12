package io.backupmx.route;

import java.util.List;

/** What was to be a list of recipients is none. */
public final class NotAListException extends Exception {

    private final List<String> problems;

    NotAListException(List<String> problems) {
        super(problems.size() == 1 ? problems.getFirst() : problems.getFirst() + "; and more");
        this.problems = List.copyOf(problems);
    }

    /** The first ones, with their lines; {@link #getMessage} has one of them. */
    public List<String> problems() {
        return problems;
    }
}
