<?php
// Runs answer.php and then a test in the form of code: a word and the test on descriptor 4, the word back on 3. Both run
// in a function whose variables are the global ones; the word is a variable of another, which nobody can look into.
(static function (): void {
    [$word, $test] = explode("\n", file_get_contents('php://fd/4'), 2);
    $assertion = 'gepo_' . bin2hex(random_bytes(8));
    eval("function $assertion(mixed \$holds, mixed \$message = null): bool
    {
        if (\$holds) return true;
        throw \$message instanceof Throwable ? \$message : new AssertionError(is_string(\$message) ? \$message : 'assertion failed');
    }");

    // What numbers are as text is the language's to say.
    $asText = 'gepo_' . bin2hex(random_bytes(8));
    $texts = array_flip(['json_encode', 'var_export', 'serialize', 'strval', 'print_r', 'implode']);
    foreach ($texts as $name => $_)
        eval("function {$asText}_$name(mixed ...\$values): mixed
        {
            ini_restore('precision');
            ini_restore('serialize_precision');
            return \\$name(...\$values);
        }");

    $answer = file_get_contents('/box/answer.php');
    $tokens = PhpToken::tokenize($answer);
    $names = array_column(array_filter([...$tokens, ...PhpToken::tokenize("<?php $test")], static fn (PhpToken $token): bool => $token->is(T_VARIABLE)), 'text');
    $names = array_diff(array_unique($names), ['$this', '$GLOBALS', '$_GET', '$_POST', '$_SERVER', '$_COOKIE', '$_FILES', '$_ENV', '$_REQUEST', '$_SESSION']);
    $globals = $names === [] ? '' : 'global ' . implode(', ', $names) . ';';

    $namespace = '';
    foreach ($tokens as $index => $token) {
        if ($token->is(T_NAMESPACE) && isset($tokens[$index + 2]) && $tokens[$index + 2]->is([T_STRING, T_NAME_QUALIFIED])) $namespace = $tokens[$index + 2]->text;
    }

    // Assertions by their own function, and the library's functions by their full names.
    $internal = array_flip(get_defined_functions()['internal']);
    $constants = get_defined_constants();
    $text = '';
    $parts = PhpToken::tokenize("<?php\n" . preg_replace('/^\s*<\?php\b|\?>\s*$/', '', $test));
    $real = array_values(array_filter($parts, static fn (PhpToken $token): bool => !$token->isIgnorable()));
    $places = array_flip(array_map('spl_object_id', $real));
    foreach (array_slice($parts, 1) as $token) {
        $place = $places[spl_object_id($token)] ?? false;
        $before = $place ? ($real[$place - 1] ?? null) : null;
        $isCalled = $place !== false && ($real[$place + 1]->text ?? '') === '(' && $token->is([T_STRING, T_NAME_FULLY_QUALIFIED])
            && !($before?->is([T_FUNCTION, T_NEW, T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR, T_DOUBLE_COLON]) ?? false);
        $name = strtolower(ltrim($token->text, '\\'));
        $isConstant = $namespace !== '' && isset($constants[$token->text]) && $token->is(T_STRING) && ($real[$place + 1]->text ?? '') !== '('
            && !($before?->is([T_FUNCTION, T_NEW, T_CONST, T_CLASS, T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR, T_DOUBLE_COLON]) ?? false);
        $text .= !$isCalled ? ($isConstant ? "\\$token->text" : $token->text) : ($name === 'assert' ? "\\$assertion" : (isset($texts[$name]) ? "\\{$asText}_$name" : (isset($internal[$name]) && $namespace !== '' ? "\\$name" : $token->text)));
    }
    $run = ($namespace === '' ? '' : "namespace $namespace;\n") . "$globals\n$text";

    try {
        (static function () use ($globals, $run): void {
            eval("$globals require '/box/answer.php';");
            eval($run);
        })();
    } catch (Throwable $error) {
        fwrite(STDERR, get_class($error) . ': ' . $error->getMessage() . ' in line ' . $error->getLine() . "\n");
        exit(1);
    }
    file_put_contents('php://fd/3', $word);
})();
