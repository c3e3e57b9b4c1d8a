"""Runs answer.py and then a test in the form of code: a word and the test on descriptor 4, the word back on 3.

The answer is a module of its own. The test begins with its names, but with the library as it was before the answer began.
What an answer's program never needs and only looks for the test with (other frames, tracing, foreign memory, /proc) ends
the run. The word lies in the frame of a thread that the answer is not in.
"""
import _thread
import ast
import builtins
import functools
import gc
import importlib.util
import operator
import os
import sys
import threading
import time
import traceback
import types
import warnings
import weakref

# What is declared from here on has built-ins of its own, which nobody else can change.
__builtins__ = dict(vars(builtins))

ANSWER = "/box/answer.py"
# What the system has, and nothing else: an answer lies in the box.
LIBRARY = "/usr/"


class Cheat(BaseException):
    """What the answer gave would be equal to whatever it is compared with."""


class End(BaseException):
    """The test has ended by its own word, and well."""


def end_test(status=None):
    raise End() if status in (0, None, False) else SystemExit(status)


# ---- what the answer may not do ----

FORBIDDEN = frozenset({
    "sys.settrace", "sys.setprofile", "sys._current_frames", "sys._current_exceptions", "gc.get_objects",
    "gc.get_referrers", "gc.get_referents", "code.__new__", "os.exec", "os.posix_spawn", "os.kill", "ctypes.dlsym",
    "ctypes.string_at", "ctypes.wstring_at", "ctypes.cdata", "ctypes.call_function",
})  # fmt: skip

# Where frames come from, which lead to the test's own, and functions that can be made others.
FRAMES = frozenset({"tb_frame", "gi_frame", "cr_frame", "ag_frame"})
CODES = frozenset({"__code__", "__defaults__"})
# What the library itself hands frames out by.
GIVES_FRAMES = frozenset({"walk_tb", "walk_stack", "currentframe", "<lambda>", "clear_frames"})


def make_hook(own, busy, recoded):
    """`own`: the file names of the driver's and the test's code; `busy.now`: it is the driver that acts."""
    get_frame, end, write, starts, ends = sys._getframe, os._exit, os.write, str.startswith, str.endswith
    real_path, identity, main_thread, driver = os.path.realpath, threading.get_ident, threading.get_ident(), own[0]
    forbidden, frames, codes, gives_frames, library = FORBIDDEN, FRAMES, CODES, GIVES_FRAMES, LIBRARY
    is_text, text, raw, coroutines = isinstance, str, bytes, types.coroutine.__code__.co_filename

    def stop(event):
        write(2, ("no answer needs " + event + "\n").encode())
        end(1)

    def is_library(file):
        return starts(file, library) or starts(file, "<frozen ")

    def may_have_frames():
        """Whether it is the library that asks, and for itself."""
        code = get_frame(2).f_code
        file = code.co_filename
        if file in own:
            return True
        if not is_library(file) or ends(file, "/inspect.py"):
            return False
        if code.co_name not in gives_frames:
            return True
        caller = get_frame(2).f_back
        return caller is None or is_library(caller.f_code.co_filename) or caller.f_code.co_filename == driver

    def hook(event, arguments):
        if getattr(busy, "now", False):
            return
        if event in forbidden and identity() != main_thread:
            busy.now = True
            code = get_frame(1).f_code
            busy.now = False
            # asyncio declares coroutines by it when it is first imported.
            if event != "code.__new__" or (code.co_filename, code.co_name) != (coroutines, "coroutine"):
                stop(event)
        elif event == "open" and is_text(arguments[0], (text, raw)):
            path = arguments[0] if is_text(arguments[0], text) else arguments[0].decode("utf-8", "replace")
            if starts(real_path(path), "/proc"):
                stop(path)
        elif event == "sys._getframe" or event == "object.__getattr__" and arguments[1] in frames:
            busy.now = True
            may = may_have_frames()
            busy.now = False
            if not may:
                stop(event if event != "object.__getattr__" else arguments[1])
        elif event == "object.__setattr__" and arguments[1] in codes:
            busy.now = True
            may = get_frame(1).f_code.co_filename == driver or not is_own_code(arguments[0])
            busy.now = False
            if not may:
                stop(arguments[1])
            recoded[:] = [True]
        elif event == "compile" and is_text(arguments[1], text) and is_library(arguments[1]):
            # Code that calls itself the library's.
            busy.now = True
            file = get_frame(1).f_code.co_filename
            busy.now = False
            if not starts(file, "<frozen "):
                stop("a program that is called " + arguments[1])

    def is_own_code(function):
        code = getattr(function, "__code__", None)
        return code is not None and code.co_filename in own

    return hook


# ---- the library as it was ----

# Not empty once anybody has given a function other code.
RECODED = []
# The flag of a class that nobody can change.
IMMUTABLE = 1 << 8
flags_of = type.__dict__["__flags__"].__get__


def is_function(value):
    return isinstance(value, types.FunctionType)


# What a library holds and no call of it alters. The rest (streams, lists, what is still None) is its state, which changes.
FIXED = (types.ModuleType, int, float, complex, str, bytes, tuple, frozenset)
# What `warnings.catch_warnings` replaces while it lasts.
CATCHES_WARNINGS = frozenset({"showwarning", "_showwarnmsg_impl"})
SETTERS = frozenset({"patch", "object", "multiple", "setattr", "delattr"})


def names_set(tree):
    """The names that the test itself sets in what it imports: by assignment, `setattr` or a patch."""
    names = set(CATCHES_WARNINGS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                names.add(node.attr)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in SETTERS:
            texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
            names.update(text.split(".")[-1] for text in texts if isinstance(text, str))
            names.update(each.arg for each in node.keywords if each.arg)
    return names


def snapshot(modules, free=(), named=True):
    """What puts back whatever the answer changes in these modules and their classes, but for the names in `free`.

    With `free`, the test has begun: what is no function, class, module or fixed value is left as it is. Without `named`
    what is imported by their names is not put back.
    """
    taken = []
    places = [(name, module) for name, module in sys.modules.items() if named and any(module is each for each in modules)]
    imported, is_, recoded = sys.modules, operator.is_, RECODED
    for module in modules:
        values = vars(module).values()
        classes = [value for value in values if isinstance(value, type) and not flags_of(value) & IMMUTABLE]
        for holder in [module, *classes]:
            names = {name: value for name, value in vars(holder).items() if name not in free}
            codes = [(value, value.__code__, value.__defaults__) for value in names.values() if is_function(value)]
            if free:
                names = {name: value for name, value in names.items() if callable(value) or isinstance(value, FIXED)}
            taken.append((holder, vars(holder), tuple(names), tuple(names.values()), frozenset(vars(holder)), codes))

    def restore():
        for name, module in places:
            if imported.get(name) is not module:
                imported[name] = module
        for holder, now, names, values, known, codes in taken:
            for function, code, defaults in codes if recoded else ():
                if function.__code__ is not code:
                    function.__code__ = code
                if function.__defaults__ is not defaults:
                    function.__defaults__ = defaults
            if not all(map(is_, map(now.get, names), values)):
                for name, value in zip(names, values):
                    if now.get(name) is not value:
                        setattr(holder, name, value)
            if not known.issuperset(now):
                for name in [name for name in now if name[:2] == "__" and name not in known and name not in free]:
                    delattr(holder, name)

    return restore


# ---- comparisons ----

EQUALITY = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
ARITHMETIC = ("__sub__", "__rsub__", "__add__", "__radd__", "__abs__", "__mul__", "__rmul__", "__mod__", "__xor__", "__rxor__")
OPERATORS = (*EQUALITY, *ARITHMETIC)
# Operators of arithmetic that an expected value goes into.
TOLD = (ast.Add, ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.BitXor)
# By identity: a class of classes says itself what it is equal to.
SCALARS = frozenset(map(id, (int, float, str, bool, bytes, complex, type(None))))
PROXIES = frozenset(map(id, (weakref.ProxyType, weakref.CallableProxyType)))
# What is not asked what it holds: it compares by what it is.
OPAQUE = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType, types.FrameType)
# Who has more is believed only beside what has as many.
MOST_PARTS = 200_000
# Where `functools.total_ordering` has its operators from.
ORDERINGS = functools.__file__
METHODS = (types.WrapperDescriptorType, types.MethodDescriptorType)
get_parts, busy = gc.get_referents, threading.local()
mro_of, names_of = type.__dict__["__mro__"].__get__, type.__dict__["__dict__"].__get__


def is_own(holder, name, function):
    """Whether what a class has as this operator is not the language's or its library's own for that class."""
    code = getattr(function, "__code__", None)
    if code is not None:
        files = files_of(holder)
        if code.co_filename == ORDERINGS:
            return not files or not code.co_name.startswith("_" + name.strip("_") + "_from_")
        # Some are made by a function of the module, under another name; an operator is none other.
        is_it = code.co_name == name or code.co_name[:2] != "__" and function.__name__ == name
        return code.co_filename not in files or not is_it
    return function is not None and not (isinstance(function, METHODS) and function.__name__ == name)


def files_of(holder):
    """Where the library declares this class; nowhere an answer's, or what stands for anything in a test."""
    name = holder.__module__
    module = sys.modules.get(name) if isinstance(name, str) else None
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or not file.startswith(LIBRARY) or name == "unittest.mock":
        return ()
    if vars(module).get(holder.__name__) is not holder:
        return ()
    # `collections.abc` is a part of the interpreter, under another name.
    return (file, "<frozen " + name + ">", "<frozen _" + name.replace(".", "_") + ">")


def kind_has_own_operators(kind):
    if not flags_of(kind) & IMMUTABLE:
        Whole.restore()
    for each in mro_of(kind):
        names = names_of(each)
        for name in OPERATORS:
            if name in names and is_own(each, name, names[name]):
                return True
    return id(kind) in PROXIES


def has_own_operators(value):
    """Whether it, or anything in it, has an operator that is the answer's."""
    kinds, seen, waiting = {}, set(), [value]
    while waiting:
        part = waiting.pop()
        kind = type(part)
        if id(kind) in SCALARS or id(part) in seen:
            continue
        if id(kind) not in kinds:
            kinds[id(kind)] = kind_has_own_operators(kind)
        seen.add(id(part))
        if kinds[id(kind)] or len(seen) > MOST_PARTS:
            return True
        if issubclass(kind, OPAQUE):
            continue
        busy.now = True
        waiting.extend(get_parts(part))
        busy.now = False
    return False


class Whole:
    """What puts back the part of the library that the test asks, as an answer may change it whenever it is called."""

    restore = staticmethod(lambda: None)
    # The classes of the answer that the test names, by names that are a class's.
    named = ()
    # The test's names, its file's name, and the names that it sets.
    program = ()


def whole_module(module):
    """A module of the library that the test asks for something."""
    Whole.restore()
    return module


def call_whole(function, *values, **named):
    Whole.restore()
    if getattr(function, "__module__", None) == "_operator" and len(values) == 2:
        check_operands(*values)
    return function(*values, **named)


def check_operands(*values):
    """Of two values that are compared, both or none may have operators that are the answer's."""
    if len({has_own_operators(value) for value in values if value is not None}) > 1:
        raise Cheat("what is compared has operators of its own")
    return values


class Items:
    """What is asked for one item after another, as a list would be."""

    def __init__(self, values):
        self.values = values

    def __contains__(self, value):
        return any(held is value or check_operands(held, value) and held == value for held in self.values)


def check_held(value, container):
    """As `check_operands` for `in`, but a container of a class that the test names may say itself what it holds."""
    Whole.restore()
    kind = type(container)
    says = [each for each in mro_of(kind) if "__contains__" in names_of(each)][:1]
    if says and is_own(says[0], "__contains__", names_of(says[0])["__contains__"]):
        is_named = any(each is kind for each in Whole.named)
        if has_own_operators(value) or is_named and not holds_all(container, value):
            return value, container
        raise Cheat("what is asked says itself what it holds")
    goes_through = not says and (hasattr(kind, "__iter__") or hasattr(kind, "__getitem__"))
    return (value, Items(container)) if goes_through else check_operands(value, container)


def holds_all(container, value):
    """Whether it has what nobody has put there."""
    number = int.from_bytes(os.urandom(8), "big") + (1 << 64)
    strangers = {str: (hex(number),), int: (number, number + 1, -number), float: (number + 0.5, -number - 0.5)}

    def holds(stranger):
        try:
            return stranger in container
        except Exception:
            return False

    return all(holds(each) for each in strangers.get(type(value), (object(),)))


def check_result(result, *values):
    """What is compared next: of an operand that is the answer's and one that is not, it may only be the answer's."""
    return result if has_own_operators(result) else (check_operands(*values), result)[1]


# ---- the test ----


def has_binding(node):
    """Whether what is in it has to stay in the function that it is in."""
    return any(isinstance(each, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)) for each in ast.walk(node))


class Guard(ast.NodeTransformer):
    """Puts `check_operands` around what is compared, and lets a test end by its own word.

    `ACTS` by their names are called by texts that stand for them, `keys`, until `with_acts` has put them there.
    """

    def __init__(self, keys, modules):
        self.keys = keys
        self.modules = modules

        # The nodes that are compared as they are.
        self.compared = set()

    def act(self, name, values, keywords=()):
        return ast.Call(ast.Constant(self.keys[name]), list(values), list(keywords))

    def apply(self, rewritten, values, check):
        parameter = ast.arguments([], [ast.arg("p")], None, [], [], None, [])
        held = self.act(check, values) if check else ast.Tuple(list(values), ast.Load())
        return ast.Call(ast.Lambda(parameter, rewritten), [held], [])

    def item(self, index):
        return ast.Subscript(ast.Name("p", ast.Load()), ast.Constant(index), ast.Load())

    def visit_Compare(self, node):
        values = [node.left, *node.comparators]
        self.compared.update(id(value) for value in values)
        self.generic_visit(node)
        values = [node.left, *node.comparators]
        if has_binding(node):
            return node
        items = [self.item(index) for index in range(len(values))]
        holds = len(values) == 2 and isinstance(node.ops[0], (ast.In, ast.NotIn))
        return self.apply(ast.Compare(items[0], node.ops, items[1:]), values, "held" if holds else "pair")

    def visit_BinOp(self, node):
        is_compared = id(node) in self.compared
        self.generic_visit(node)
        is_text = isinstance(node.left, ast.JoinedStr) or isinstance(getattr(node.left, "value", None), (str, bytes))
        are_constants = isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant)
        if not isinstance(node.op, TOLD) or is_text or are_constants or has_binding(node):
            return node
        operands = [self.item(0), self.item(1)]
        result = ast.BinOp(operands[0], node.op, operands[1])
        if not is_compared:
            return self.apply(result, [node.left, node.right], "pair")
        checked = self.act("result", [result, *operands])
        return self.apply(checked, [node.left, node.right], None)

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name) and node.value.id in self.modules:
            node.value = self.act("module", [node.value])
        return node

    def visit_Call(self, node):
        called = ast.unparse(node.func)
        self.generic_visit(node)
        if called in ("sys.exit", "exit", "quit"):
            node.func = ast.Constant(self.keys["exit"])
        elif called == "unittest.main":
            named = [each for each in node.keywords if each.arg != "exit"]
            return self.act("unittest", [node.func, *node.args], [*named, ast.keyword("exit", ast.Constant(False))])
        elif len(node.args) == 2 and called.startswith("self.assert"):
            check = "pair" if called.endswith(("Equal", "Greater", "Less")) else "held" if called.endswith("In") else None
            if check is not None:
                node.args = [ast.Starred(self.act(check, node.args), ast.Load())]
        asks_library = called.startswith("self.assert") or called.split(".")[0] in self.modules
        if isinstance(node.func, ast.Attribute) and asks_library:
            return self.act("call", [node.func, *node.args], node.keywords)
        return node


def with_acts(code, acts):
    """The code with what its texts stand for: in no name's place, where somebody could put something else."""
    values = (with_acts(each, acts) if isinstance(each, types.CodeType) else each for each in code.co_consts)
    return code.replace(co_consts=tuple(acts.get(each, each) if isinstance(each, str) else each for each in values))


# What a program gets by itself.
MODULE_NAMES = ("__annotations__", "__warningregistry__")


class Tampered(BaseException):
    """The answer has set a name of the test's."""


def is_of_test(value, file):
    return is_function(value) and value.__code__.co_filename == file


def test_classes(scope, file):
    """The classes that the test has declared, each with what is in it."""
    classes = [value for value in scope.values() if isinstance(value, type)]
    return [(each, dict(names_of(each))) for each in classes if any(is_of_test(value, file) for value in names_of(each).values())]


def check_classes(classes, free, file):
    """That they have the test's own methods, and no others in the place of inherited ones."""
    for each, before in classes:
        now = names_of(each)
        changed = [name for name, value in before.items() if is_of_test(value, file) and now.get(name) is not value]
        added = [name for name in now if name not in before and any(callable(names_of(base).get(name)) for base in mro_of(each)[1:])]
        if any(name not in free for name in [*changed, *added]):
            raise Tampered("the answer has changed a class of the test's")


def check_names(scope, given, names, file):
    """That the program has the names that it was given and that it has bound."""
    stored, functions = names
    for name, value in scope.items():
        is_ours = given.get(name, Tampered) is value or name in stored or name in MODULE_NAMES
        if not is_ours or name in functions and not is_of_test(value, file):
            raise Tampered("the answer has set " + name + " for the test")


def run_unittest(run, *values, **named):
    scope, file, free = Whole.program
    classes = test_classes(scope, file)
    program = run(*values, **named)
    Whole.restore()
    check_classes(classes, free, file)
    if not getattr(program, "result", program).wasSuccessful():
        raise AssertionError("a test of unittest failed")
    return program


ACTS = {"pair": check_operands, "held": check_held, "result": check_result, "call": call_whole, "module": whole_module}
ACTS.update({"exit": end_test, "unittest": run_unittest})


def declares_only(tree):
    passive = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    is_text = lambda node: isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return all(isinstance(node, passive) or is_text(node) for node in tree.body)


def run_declared(scope):
    """As pytest runs what a file declares."""
    for name, value in list(scope.items()):
        if name.startswith("test") and is_function(value) and value.__globals__ is scope:
            value()
    if any(isinstance(value, type) and value.__module__ == "__main__" for value in scope.values()):
        import unittest

        loaded = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
        run_unittest(unittest.TextTestRunner().run, loaded)


def import_early(tree):
    """What the test imports, unless only the answer could bring it: the modules, and what the test calls them."""
    found, aliases = [], set()
    for node in ast.walk(tree):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(node.module + "." + each.name for each in node.names)]
        for name in names:
            try:
                found.append(importlib.import_module(name))
            except Exception:
                continue
            if isinstance(node, ast.Import):
                aliases.update((each.asname or each.name).split(".")[0] for each in node.names)
    if any(module.__name__ == "unittest" for module in found):
        parts = ("case", "result", "runner", "suite", "main", "loader")
        found.extend(sys.modules["unittest." + part] for part in parts if "unittest." + part in sys.modules)
    return found, aliases


def parse_answer():
    try:
        with open(ANSWER, "rb") as file:
            return ast.parse(file.read())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def import_for_answer(tree, used):
    """What the test uses of the library by the answer's imports: by the names it has there, but not what the answer declares."""
    library = {}
    declared = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        for each in node.names:
            path = each.name if isinstance(node, ast.Import) else node.module or ""
            name = each.asname or (path.split(".")[0] if isinstance(node, ast.Import) else each.name)
            if name not in used or path.split(".")[0] not in sys.stdlib_module_names:
                continue
            try:
                module = importlib.import_module(path)
            except Exception:
                continue
            if isinstance(node, ast.Import):
                library[name] = module if each.asname else sys.modules[name]
            elif hasattr(module, name) and not each.asname and name not in declared:
                library[name] = getattr(module, name)
    return library


def names_stored(tree):
    """The names that the test binds, and of these those that are only ever functions; None where it may bind any."""
    stored, functions = [], []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stored.append(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            stored.append(node.name)
            if node in tree.body and not isinstance(node, ast.ClassDef) and not node.decorator_list:
                functions.append(node.name)
        elif isinstance(node, ast.alias):
            stored.append((node.asname or node.name).split(".")[0])
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            stored.append(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            stored.append(node.rest)
    if "*" in stored or {"exec", "globals"} & {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}:
        return None
    return frozenset(stored), frozenset(name for name in functions if stored.count(name) == 1)


def scope_of(answer, used, known, library):
    """The answer's names, but not those of the language, unless these are all that the test has of it."""
    own = {name: value for name, value in answer.items() if not (name.startswith("__") and name.endswith("__"))}
    meant = [name for name in own if name in used]
    if any(name not in known for name in meant):
        own = {name: value for name, value in own.items() if name not in known}
    return {**own, **library, "__name__": "__main__", "__builtins__": known}


def main():
    with os.fdopen(4, "rb") as source:
        word, text = source.read().split(b"\n", 1)
    out = os.dup(3)
    os.close(3)
    known = dict(vars(builtins))
    file = "<test " + os.urandom(8).hex() + ">"
    keys = {name: "gepo_" + os.urandom(8).hex() for name in ACTS}
    tree = ast.parse(text, file)
    asked, aliases = import_early(tree)
    only_declares = declares_only(tree)
    own_names = names_set(tree)
    stored = names_stored(tree)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    library = import_for_answer(parse_answer(), used)
    modules = {name: value for name, value in library.items() if isinstance(value, types.ModuleType)}
    guarded = ast.fix_missing_locations(Guard(keys, {*aliases, *modules}).visit(tree))
    with warnings.catch_warnings():
        # That a text is called.
        warnings.simplefilter("ignore")
        code = compile(guarded, file, "exec")
    code = with_acts(code, {keys[name]: act for name, act in ACTS.items()})
    sets_modules = b"sys.modules" in text
    Whole.restore = staticmethod(snapshot([builtins, *asked, *modules.values()], own_names, not sets_modules))
    restore = snapshot([module for module in list(sys.modules.values()) if isinstance(module, types.ModuleType)])
    outcome = []
    done = threading.Lock()
    done.acquire()
    uses_unittest = b"unittest" in text
    # Nobody finds the driver by its name.
    sys.modules["__main__"] = types.ModuleType("__main__")
    show, stderr = traceback.print_exception, sys.stderr
    sys.addaudithook(make_hook((__file__, file), busy, RECODED))

    def run():
        try:
            spec = importlib.util.spec_from_file_location("answer", ANSWER)
            module = importlib.util.module_from_spec(spec)
            sys.modules["answer"] = module
            spec.loader.exec_module(module)
            restore()
            scope = scope_of(vars(module), used, known, library)
            classes = [name for name in used if name.lstrip("_")[:1].isupper() and name in vars(module)]
            Whole.named = tuple(vars(module)[name] for name in classes)
            program = types.ModuleType("__main__")
            vars(program).update(scope)
            given, language = dict(vars(program)), dict(known)
            Whole.program = vars(program), file, own_names
            # Where its tests are looked for; elsewhere its names are nobody's to change.
            if uses_unittest or only_declares:
                sys.modules["__main__"] = program
            try:
                exec(code, vars(program))
                if only_declares:
                    run_declared(vars(program))
            except End:
                pass
            if stored is not None:
                check_names(vars(program), given, stored, file)
            if len(known) != len(language) or any(known.get(name) is not value for name, value in language.items()):
                raise Tampered("the answer has changed the language for the test")
            outcome.append(None)
        except BaseException as error:
            outcome.append(error)
            try:
                show(type(error), error, error.__traceback__, file=stderr)
            except BaseException:
                pass
        finally:
            done.release()

    _thread.stack_size(60 * 1024 * 1024)
    write, end, flush, frames, sleep = os.write, os._exit, sys.stdout.flush, sys._current_frames, time.sleep
    identity = _thread.start_new_thread(run, ())
    done.acquire()
    # Whoever lets this go on too early has not yet ended.
    while identity in frames():
        sleep(0)
    if outcome != [None]:
        end(1)
    flush()
    write(out, word)
    end(0)


main()
