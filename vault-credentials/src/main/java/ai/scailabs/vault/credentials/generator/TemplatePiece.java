package ai.scailabs.vault.credentials.generator;

/** What a template is made of. */
sealed interface TemplatePiece {
    record Literal(String text) implements TemplatePiece {
        @Override
        public String toString() {
            return "Literal[redacted]";
        }
    }

    record Drawn(TextSpace space) implements TemplatePiece {}

    /** Of version 4. */
    record Identifier() implements TemplatePiece {}

    /** Seconds since 1970. */
    record Moment() implements TemplatePiece {}
}
