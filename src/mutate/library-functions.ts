/**
 * What the mutator knows of the C library: signatures (for types), and calls that are better left alone. Every
 * mutant of those is trivially undefined (allocation sizes, buffer limits, input addresses), trivially
 * equivalent (buffering, freeing) or only ends the program.
 */

/** Prototypes whose types are used; anything else from a header has an unknown type. */
export const libraryPrototypes = `
int abs(int); long labs(long); long long llabs(long long);
int isalnum(int); int isalpha(int); int isdigit(int); int islower(int); int isspace(int); int isupper(int);
int ispunct(int); int isxdigit(int); int tolower(int); int toupper(int);
int putchar(int); int getchar(void); int puts(const char *); int printf(const char *, ...);
int fprintf(FILE *, const char *, ...); int scanf(const char *, ...); int sprintf(char *, const char *, ...);
int atoi(const char *); long atol(const char *); long long atoll(const char *); double atof(const char *);
unsigned long strlen(const char *); int strcmp(const char *, const char *); int memcmp(const void *, const void *, unsigned long);
int strncmp(const char *, const char *, unsigned long); char *strchr(const char *, int); char *strstr(const char *, const char *);
char *strcpy(char *, const char *); char *strcat(char *, const char *); char *fgets(char *, int, FILE *);
void *memset(void *, int, unsigned long); void *memcpy(void *, const void *, unsigned long);
void *malloc(unsigned long); void *calloc(unsigned long, unsigned long); void *realloc(void *, unsigned long);
double sqrt(double); double fabs(double); double pow(double, double); double floor(double); double ceil(double);
double round(double); double sin(double); double cos(double); double tan(double); double atan(double);
double atan2(double, double); double acos(double); double asin(double); double exp(double); double log(double);
double log10(double); double log2(double); double fmod(double, double); double fmax(double, double);
double fmin(double, double); double hypot(double, double); double cbrt(double); double trunc(double);
int rand(void); void exit(int);
`

/** Reading input: dropping one leaves its variables unset, or a loop without an end. */
// biome-ignore format: a table
export const inputFunctions: ReadonlySet<string> = new Set([
  'scanf', 'fscanf', 'sscanf', 'vscanf', 'getchar', 'getchar_unlocked', 'getc', 'fgetc', 'getc_unlocked',
  'gets', 'fgets', 'getline', 'getdelim', 'read', 'fread', 'ungetc',
])

// biome-ignore format: a table
export const allocationFunctions: ReadonlySet<string> = new Set([
  'malloc', 'calloc', 'realloc', 'alloca', 'aligned_alloc', 'strdup', 'strndup', 'fopen', 'freopen', 'tmpfile',
])

/** Deleting one of these changes no result, or makes the next access undefined. */
// biome-ignore format: a table
export const housekeepingFunctions: ReadonlySet<string> = new Set([
  'free', 'fflush', 'fclose', 'setbuf', 'setvbuf', 'setlocale', 'srand', 'assert',
  'va_start', 'va_end', 'va_copy', 'va_arg',
])

/** No argument of these is mutated. */
// biome-ignore format: a table
export const closedArguments: ReadonlySet<string> = new Set([
  ...inputFunctions, ...allocationFunctions, ...housekeepingFunctions,
  'exit', '_Exit', 'abort', 'qsort', 'bsearch', 'snprintf', 'time', 'clock', 'signal', 'setjmp', 'longjmp',
  '__builtin_expect',
])

/** The last argument of these is a size in bytes. */
export const sizedFunctions: ReadonlySet<string> = new Set(['memset', 'memcpy', 'memmove', 'memcmp'])

/** Control does not come back from these. */
// biome-ignore format: a table
export const noReturnFunctions: ReadonlySet<string> = new Set([
  'exit', '_exit', '_Exit', 'quick_exit', 'abort', 'longjmp', '_longjmp', 'siglongjmp', 'unreachable',
  'thrd_exit', 'pthread_exit', 'err', 'errx', 'verr', 'verrx',
])

/** Results do not depend on the order of the arguments. */
export const commutativeFunctions: ReadonlySet<string> = new Set(['fmax', 'fmin', 'hypot'])
