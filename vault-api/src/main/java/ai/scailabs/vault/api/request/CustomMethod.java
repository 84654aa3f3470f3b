package ai.scailabs.vault.api.request;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Maps the colon suffix of a path that spans slashes, such as {@code versions} of {@code /v1/secrets/app/db:versions} (AIP-136). A colon is no character of
 * a secret's path, so nothing collides.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface CustomMethod {
    String value();
}
