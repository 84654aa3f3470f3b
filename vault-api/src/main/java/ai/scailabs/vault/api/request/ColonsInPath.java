package ai.scailabs.vault.api.request;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A handler whose path ends with a name that may have a colon, such as {@code user:jo@example.test}: there it begins no {@link CustomMethod}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface ColonsInPath {}
