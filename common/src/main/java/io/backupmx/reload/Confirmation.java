package io.backupmx.reload;

/** Whether somebody has said that what shrinks is meant to. */
public sealed interface Confirmation {

    /** Nobody has. */
    record None() implements Confirmation {}

    /** Of what was refused last, or in advance where nothing was. */
    record OfTheLast() implements Confirmation {}

    /** Of what was refused with this {@link ReloadOutcome.Refused#code}. */
    record Of(String code) implements Confirmation {}
}
