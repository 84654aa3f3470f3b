package ai.scailabs.vault.api.request;

/**
 * A member that is passed on as the JSON object that it is. Numbers keep their spelling.
 *
 * @param json well-formed, without white space
 */
public record RawObject(String json) {}
