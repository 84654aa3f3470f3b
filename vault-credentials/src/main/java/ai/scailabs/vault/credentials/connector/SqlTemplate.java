package ai.scailabs.vault.credentials.connector;

import java.util.List;

/**
 * One statement in pieces. What is put into it is quoted by whoever talks to the server, as a whole: there is no text that is searched and replaced. Immutable.
 *
 * @param field such as {@code creation_statements[1]}
 */
public record SqlTemplate(String field, List<Piece> pieces) {
    public SqlTemplate {
        pieces = List.copyOf(pieces);
    }

    boolean uses(Placeholder placeholder) {
        return pieces.stream().anyMatch(piece -> piece instanceof Hole hole && hole.placeholder() == placeholder);
    }

    /** With every hole filled by what the quoting gives for it. */
    public <E extends Exception> String filled(Quoting<E> quoting) throws E {
        StringBuilder sql = new StringBuilder();
        for (Piece piece : pieces) {
            sql.append(
                    switch (piece) {
                        case Text text -> text.sql();
                        case Hole hole -> quoting.quoted(hole);
                    });
        }
        return sql.toString();
    }

    /** Of a template. */
    public sealed interface Piece {}

    /** As the role says it, without its comments. */
    public record Text(String sql) implements Piece {}

    /**
     * A place for a value.
     *
     * @param marks those that stood around the placeholder and are gone: the quoted value brings its own
     * @param afterPassword whether the word before is {@code PASSWORD}
     */
    public record Hole(Placeholder placeholder, Marks marks, boolean afterPassword) implements Piece {}

    /** Around a placeholder. */
    public enum Marks {
        NONE,
        /** {@code '} */
        SINGLE,
        /** {@code "} */
        DOUBLE,
        /** {@code `} */
        BACKTICK
    }

    /** Makes a value part of a statement, whatever characters it has. */
    public interface Quoting<E extends Exception> {
        String quoted(Hole hole) throws E;
    }
}
