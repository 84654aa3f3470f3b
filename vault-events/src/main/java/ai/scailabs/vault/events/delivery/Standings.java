package ai.scailabs.vault.events.delivery;

import java.util.function.Predicate;

/** What somebody who asked to be told may know now. A port: who may what is decided elsewhere. */
@FunctionalInterface
public interface Standings {
    /**
     * The paths of which whoever it was may know at this moment; none when they may nothing any more.
     *
     * @param standing as it was kept when it was asked for
     */
    Predicate<String> readable(String standing);
}
